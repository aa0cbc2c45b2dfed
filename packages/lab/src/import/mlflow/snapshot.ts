import { constants, rmSync } from "node:fs";
import { copyFile, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { IsoflopError } from "@isoflop/laws";

/**
 * SQLite in WebAssembly locks by a folder beside the database, which MLflow does not know, and cannot read where it may not
 * write. So a copy is read, in the system's temporary folder: the database with its journal or write-ahead log, none of
 * which changed meanwhile, is what a machine that went down at that moment would have left, and SQLite makes that whole.
 */
const PARTS = ["", "-journal", "-wal"];
const TRIES = 5;
const copies = new Map<string, Promise<string>>();
const folders: string[] = [];

/** Size and time of the last change of a database and its logs. */
export async function databaseState(path: string): Promise<string> {
  const stats = await Promise.all(PARTS.map((part) => stat(path + part).catch(() => undefined)));
  return stats
    .map((part) => (part === undefined ? "-" : `${part.size.toString()} ${part.mtimeMs.toString()}`))
    .join(" ");
}

/** A copy of the database as it is now, the same one while it does not change. Errors: mlflow-busy. */
export async function snapshotOf(path: string): Promise<string> {
  const key = `${path}\n${await databaseState(path)}`;
  const known = copies.get(key);
  if (known !== undefined) return known;
  const copy = copyWhole(path);
  copies.set(key, copy);
  copy.catch(() => copies.delete(key));
  return copy;
}

async function copyWhole(path: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "isoflop-mlflow-"));
  if (folders.length === 0) process.once("exit", removeCopies);
  folders.push(folder);
  const copy = join(folder, "copy.db");
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = await databaseState(path);
    for (const part of PARTS) {
      await rm(copy + part, { force: true });
      await copyFile(path + part, copy + part, constants.COPYFILE_FICLONE).catch((cause: unknown) => {
        if (part === "") throw cause;
      });
    }
    if ((await databaseState(path)) === before) return copy;
    await pause(200 * 2 ** attempt);
  }
  throw new IsoflopError({
    code: "mlflow-busy",
    message: `${path} is written to all the time, so that no copy of it is whole.`,
    hint: "Import from the server that writes it (mlflow+http://…), or when it rests.",
  });
}

function removeCopies(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
