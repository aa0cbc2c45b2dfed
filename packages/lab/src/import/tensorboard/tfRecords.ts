import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { maskedCrc32c } from "@isoflop/trainer/tracking";

/** Larger records are no scalars (an image, a graph): their bytes are passed over, not held. */
const LARGEST = 64 * 2 ** 20;
/** Beyond this a length is damage that its own checksum missed. */
const ABSURD = 2 ** 40;
const PIECE = 2 ** 18;

/** Why a file ended before its records did. */
export interface TornFile {
  readonly record: number;
  readonly offset: number;
  readonly why: string;
}

/**
 * The records of a TFRecord file: length (64 bits, little-endian), its masked CRC-32C, the bytes, and theirs. A record with
 * a wrong checksum is left out and told; after a length that is wrong nothing can be found any more. A file that a running or
 * killed program has left torn ends with its last whole record.
 */
export function* tfRecords(path: string, onFault: (fault: TornFile) => void): Generator<Uint8Array, void, undefined> {
  const file = openSync(path, "r");
  try {
    // What a program is still writing comes the next time: the size tells how much there is to hold.
    const { size } = fstatSync(file);
    let held = Buffer.alloc(0);
    let [at, record] = [0, 0];
    const fill = (wanted: number): boolean => {
      if (held.length >= wanted) return true;
      const room = Buffer.allocUnsafe(Math.max(0, Math.min(Math.max(PIECE, wanted), size - at)));
      let length = held.copy(room);
      while (length < room.length) {
        const read = readSync(file, room, length, room.length - length, at + length);
        if (read === 0) break;
        length += read;
      }
      held = room.subarray(0, length);
      return held.length >= wanted;
    };
    const skip = (bytes: number): void => {
      held = bytes < held.length ? held.subarray(bytes) : Buffer.alloc(0);
      at += bytes;
    };
    for (;;) {
      record++;
      const torn = (why: string) => onFault({ record, offset: at, why });
      if (!fill(12)) {
        if (held.length > 0) torn("the file ends within a record");
        return;
      }
      const length = held.readUInt32LE(0) + held.readUInt32LE(4) * 2 ** 32;
      if (maskedCrc32c(held.subarray(0, 8)) !== held.readUInt32LE(8) || length > ABSURD) {
        torn("the length of a record does not fit its checksum: the rest of the file is left out");
        return;
      }
      if (length > LARGEST) {
        torn(`a record of ${length} bytes is passed over`);
        skip(12 + length + 4);
        continue;
      }
      if (!fill(12 + length + 4)) {
        torn("the file ends within a record");
        return;
      }
      const bytes = held.subarray(12, 12 + length);
      if (maskedCrc32c(bytes) === held.readUInt32LE(12 + length)) yield bytes;
      else torn("a record does not fit its checksum, and is left out");
      skip(12 + length + 4);
    }
  } finally {
    closeSync(file);
  }
}
