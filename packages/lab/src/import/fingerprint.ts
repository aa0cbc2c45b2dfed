import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";

/** Of files that a run consists of: their names, sizes and times of change. */
export async function fingerprintOf(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of [...files].sort()) {
    const { size, mtimeMs } = await stat(file);
    hash.update(JSON.stringify([file, size, mtimeMs]));
  }
  return hash.digest("hex").slice(0, 16);
}
