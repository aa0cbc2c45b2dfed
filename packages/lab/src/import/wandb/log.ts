import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { IsoflopError } from "@isoflop/laws";
import { crc32 } from "@isoflop/trainer/tracking";

/**
 * The framing of a .wandb file: LevelDB's log format with W&B's header and checksum (sdk/internal/datastore.py of wandb 0.16,
 * core/pkg/leveldb of wandb 0.31). Blocks of 32 kB hold chunks of seven bytes of header and their data; a record is a full
 * chunk, or a first one, any middle ones and a last one.
 */
const BLOCK = 32_768;
const CHUNK_HEADER = 7;
/** ":W&B", 0xBEE1 little-endian, version 0. The header counts as the first seven bytes of the first block. */
const FILE_HEADER = Buffer.from([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0x00]);
/** Of one record, a block each: larger ones are no rows, and would have to be held. */
const MOST_PARTS = (64 * 2 ** 20) / BLOCK;
/** Types of chunks; 3 is one in the middle. */
const FULL = 1;
const FIRST = 2;
const LAST = 4;

/** Whether these are the first bytes of a .wandb file of the version that this reads. */
export const isLogHeader = (start: Uint8Array): boolean => FILE_HEADER.equals(start.subarray(0, FILE_HEADER.length));

/**
 * The records of a .wandb file, in its order, a block in memory at a time.
 * @param onTorn called when the file ends within a record: its writer is at work still, or was killed
 * Errors: wandb-damaged, where a checksum fails before the end.
 */
export function* logRecords(path: string, onTorn: () => void): Generator<Uint8Array, void, undefined> {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    let parts: Buffer[] | undefined;
    for (let start = 0; start < size; start += BLOCK) {
      // A new one each time: records are given out as parts of it.
      const block = Buffer.allocUnsafe(Math.min(BLOCK, size - start));
      const bytesRead = readSync(file, block, 0, block.length, start);
      let at = 0;
      if (start === 0) {
        if (!isLogHeader(block.subarray(0, bytesRead))) throw damaged(path, 0, "it does not begin as one");
        at = FILE_HEADER.length;
      }
      // What remains of a block is filled with zeros where no header fits.
      while (bytesRead - at >= CHUNK_HEADER) {
        const length = block.readUInt16LE(at + 4);
        const type = block[at + 6] ?? 0;
        const end = at + CHUNK_HEADER + length;
        if (type === 0 && length === 0) {
          // Zeros where a record should begin: a file system that lost the end of the file when the machine went down.
          if (zerosFrom(file, start + at)) return onTorn();
          throw damaged(path, start + at, "a record has no type");
        }
        if (end > bytesRead) {
          if (start + bytesRead >= size && end <= BLOCK) return onTorn();
          throw damaged(path, start + at, "a record is longer than its block");
        }
        const data = block.subarray(at + CHUNK_HEADER, end);
        if (crc32(block.subarray(at + 6, end)) !== block.readUInt32LE(at)) {
          if (start + end >= size) return onTorn();
          throw damaged(path, start + at, "a checksum is wrong");
        }
        if ((type === FULL || type === FIRST) === (parts !== undefined) || type > LAST) {
          throw damaged(path, start + at, "the parts of a record are out of order");
        }
        if (type === FULL) yield data;
        else if (type === FIRST) parts = [data];
        else if (parts !== undefined) {
          parts.push(data);
          if (parts.length > MOST_PARTS) throw damaged(path, start + at, "a record is larger than 64 MB");
          if (type === LAST) {
            yield Buffer.concat(parts);
            parts = undefined;
          }
        }
        at = end;
      }
      if (start + bytesRead >= size && at < bytesRead && bytesRead < BLOCK) return onTorn();
    }
    if (parts !== undefined) onTorn();
  } finally {
    closeSync(file);
  }
}

function zerosFrom(file: number, position: number): boolean {
  const block = Buffer.alloc(BLOCK);
  for (let at = position; ; ) {
    const read = readSync(file, block, 0, BLOCK, at);
    if (read === 0) return true;
    if (block.subarray(0, read).some((byte) => byte !== 0)) return false;
    at += read;
  }
}

function damaged(path: string, position: number, why: string): IsoflopError {
  return new IsoflopError({
    code: "wandb-damaged",
    message: `${path} is no whole .wandb file: ${why} (at byte ${position.toString()}).`,
    hint: "Copy the run's folder anew, or import the run from the server that it was synchronised to.",
  });
}
