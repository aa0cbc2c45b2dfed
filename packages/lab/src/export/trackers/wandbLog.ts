import { closeSync, openSync, writeSync } from "node:fs";
import { crc32 } from "@isoflop/trainer/tracking";

/** As import/wandb/log.ts reads it: LevelDB's log with W&B's header and checksum. */
const BLOCK = 32_768;
const CHUNK_HEADER = 7;
const FILE_HEADER = Buffer.from([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0x00]);
const [FULL, FIRST, MIDDLE, LAST] = [1, 2, 3, 4];
const MOST_BUFFERED = 2 ** 20;

/** A new .wandb file. */
export function openWandbLog(path: string) {
  const file = openSync(path, "wx");
  let buffered: Buffer[] = [FILE_HEADER];
  let length = FILE_HEADER.length;
  /** Of the next byte in its block. */
  let at = FILE_HEADER.length;
  const put = (bytes: Buffer): void => {
    buffered.push(bytes);
    length += bytes.length;
    at = (at + bytes.length) % BLOCK;
  };
  const flush = (): void => {
    const bytes = Buffer.concat(buffered);
    buffered = [];
    length = 0;
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
  };
  return {
    append(record: Uint8Array): void {
      let [from, isFirst, isLast] = [0, true, false];
      do {
        // What remains of a block, where no header fits, is filled with zeros.
        if (BLOCK - at < CHUNK_HEADER) put(Buffer.alloc(BLOCK - at));
        const part = record.subarray(from, from + BLOCK - at - CHUNK_HEADER);
        isLast = from + part.length === record.length;
        put(chunk(isFirst ? (isLast ? FULL : FIRST) : isLast ? LAST : MIDDLE, part));
        // Where a header alone fits, the first part is empty: the place in the record does not tell which part it is.
        isFirst = false;
        from += part.length;
      } while (!isLast);
      if (length > MOST_BUFFERED) flush();
    },
    close(): void {
      try {
        flush();
      } finally {
        closeSync(file);
      }
    },
  };
}

function chunk(type: number, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(CHUNK_HEADER + data.length);
  bytes.writeUInt16LE(data.length, 4);
  bytes[6] = type;
  bytes.set(data, CHUNK_HEADER);
  bytes.writeUInt32LE(crc32(bytes.subarray(6)), 0);
  return bytes;
}
