import { constants, rmSync } from "node:fs";
import { copyFile, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { IsoflopError } from "@isoflop/laws";
import sqlite from "node-sqlite3-wasm";

/**
 * SQLite in WebAssembly locks by a folder beside the database, which MLflow does not know, and cannot read where it may not
 * write. So a copy is read, in the system's temporary folder: the database with its journal or write-ahead log, none of
 * which changed meanwhile, is what a machine that went down at that moment would have left, and SQLite makes that whole.
 */
const PARTS = ["", "-journal", "-wal"];
const TRIES = 5;
type Database = InstanceType<typeof sqlite.Database>;
/** Of each database the newest copy alone. */
const snapshots = new Map<string, { readonly state: string; readonly copy: Promise<Database> }>();

/** Size and time of the last change of a database and its logs. */
export async function databaseState(path: string): Promise<string> {
  const stats = await Promise.all(PARTS.map((part) => stat(path + part).catch(() => undefined)));
  return stats
    .map((part) => (part === undefined ? "-" : `${part.size.toString()} ${part.mtimeMs.toString()}`))
    .join(" ");
}

/**
 * The database as it is now, the same one while it does not change. A copy of before is closed once no statement reads it, and its
 * room on the disk is free. Errors: mlflow-busy, and SQLite's.
 */
export async function snapshotOf(path: string): Promise<Database> {
  const state = await databaseState(path);
  const before = snapshots.get(path);
  if (before?.state === state) return before.copy;
  const copy = openCopy(path);
  snapshots.set(path, { state, copy });
  copy.catch(() => {
    if (snapshots.get(path)?.copy === copy) snapshots.delete(path);
  });
  if (before !== undefined) retire(before.copy);
  return copy;
}

/** Statements that are being read, of each copy. */
const readers = new Map<Database, number>();
const retired = new Set<Database>();

/** Keeps a copy open while a statement of it is read; what it gives lets go of it. */
export function holdSnapshot(database: Database): () => void {
  readers.set(database, (readers.get(database) ?? 0) + 1);
  return () => {
    const left = (readers.get(database) ?? 1) - 1;
    if (left > 0) readers.set(database, left);
    else readers.delete(database);
    if (left === 0 && retired.has(database)) close(database);
  };
}

function retire(copy: Promise<Database>): void {
  copy.then(
    (database) => {
      retired.add(database);
      // Whoever awaited the same copy asks it first.
      setImmediate(() => {
        if (!readers.has(database)) close(database);
      });
    },
    () => {},
  );
}

function close(database: Database): void {
  retired.delete(database);
  if (database.isOpen) database.close();
}

async function openCopy(path: string): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), "isoflop-mlflow-"));
  // Where open files can be removed the copy has no name from here on, and goes when the process does, however that ends.
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    const database = new sqlite.Database(await copyWhole(path, join(folder, "copy.db")), { fileMustExist: true });
    // The lock is taken once and kept. A write-ahead log, too, is read without shared memory, which WebAssembly has not.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY");
    database.all("SELECT name FROM sqlite_master");
    return database;
  } finally {
    if (process.platform !== "win32") {
      remove();
      process.off("exit", remove);
    }
  }
}

async function copyWhole(path: string, copy: string): Promise<string> {
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
