import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { CorpusFile } from "./corpusFile.js";
import { readFailure } from "./writeFailure.js";

/** Files up to this size are hashed whenever they are asked for; the hash of a larger one is kept. */
const ALWAYS_HASHED = 2 ** 26;
/** A file that was written so short a time before it was hashed may be written again without its times showing it. */
const SETTLED_SECONDS = 2;

/** What changes when a file does: size, inode, and the times of the last writes to content and inode, in nanoseconds. */
async function stamp(path: string): Promise<string> {
  const { size, ino, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return [size, ino, mtimeNs, ctimeNs].join(" ");
}

/**
 * sha256 of a file. A large file is hashed once, and again when its size, inode or times have changed (as git has it):
 * starting a run on a hundred gigabytes must not read them. Kept in <cacheRoot>/hashes, one small file for each.
 */
export async function fileHash(path: string, cacheRoot: string): Promise<string> {
  try {
    const before = await stat(path);
    if (before.size <= ALWAYS_HASHED) return await hashOf(path);
    const name = createHash("sha256").update(resolve(path)).digest("hex").slice(0, 32);
    const folder = join(cacheRoot, "hashes");
    const kept = await readFile(join(folder, name), "utf8").catch(() => "");
    const now = await stamp(path);
    const [hash, ...rest] = kept.split(" ");
    if (hash !== undefined && rest.join(" ") === now) return hash;
    const fresh = await hashOf(path);
    const settled = Date.now() / 1000 - before.mtimeMs / 1000 > SETTLED_SECONDS;
    if (settled && (await stamp(path)) === now) await keep(folder, name, `${fresh} ${now}`);
    return fresh;
  } catch (error) {
    throw readFailure(error, path);
  }
}

/** A cache that cannot be written only costs time. */
async function keep(folder: string, name: string, content: string): Promise<void> {
  const temporary = join(folder, `.${name}-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(temporary, content);
    await rename(temporary, join(folder, name));
  } catch {
    // Hashed again the next time.
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** sha256 over the names and contents of files, as they are stored. */
export async function filesHash(files: readonly CorpusFile[], cacheRoot: string): Promise<string> {
  const all = createHash("sha256");
  for (const { name, content } of files) {
    const hash =
      "path" in content
        ? await fileHash(content.path, cacheRoot)
        : createHash("sha256").update(content.bytes).digest("hex");
    all.update(`${JSON.stringify(name)} ${hash}\n`);
  }
  return all.digest("hex");
}
