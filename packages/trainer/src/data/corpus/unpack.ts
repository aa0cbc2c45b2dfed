import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { IsoflopError, isIsoflopError } from "@isoflop/laws";
import { Decompress } from "fzstd";

/** Text shrinks three- to tenfold; what grows by more than this is no text to train on, and would fill the disk. */
const LARGEST_GROWTH = 200;
/** Small files may be as repetitive as they like. */
const GROWTH_FREE_BYTES = 2 ** 26;
/** As the zstd command refuses them without --long: such a file would take more memory than it is worth. */
const LARGEST_WINDOW = 2 ** 27;
/** zstd may unpack a few bytes to 128 kB: it is fed little at a time, so that little comes out at a time. */
const ZSTD_PART = 2 ** 13;

/** A gzip stream, of several members where there are. Errors: corpus-packing-damaged, corpus-packing-bomb. */
export async function* unpackGzip(place: string, packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const growth = growthOf(place);
  const gunzip = createGunzip({ chunkSize: 2 ** 18 });
  const input = Readable.from(growth.counted(packed), { objectMode: false });
  // An error of either end comes out of the loop below.
  const feeding = pipeline(input, gunzip).catch(() => undefined);
  try {
    for await (const part of gunzip as AsyncIterable<Uint8Array>) yield growth.checked(part);
    await feeding;
  } catch (error) {
    throw damaged(place, "gzip", error);
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}

/** A zstd stream of any number of frames; their checksums are not looked at. Errors as for gzip. */
export async function* unpackZstd(place: string, packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const growth = growthOf(place);
  let parts: Uint8Array[] = [];
  const unpacker = new Decompress((part) => {
    // The decoder uses its buffers again.
    if (part.length > 0) parts.push(growth.checked(part.slice()));
  });
  let first = true;
  try {
    for await (const chunk of growth.counted(packed)) {
      if (first) checkZstdStart(place, chunk);
      first = false;
      for (let at = 0; at < chunk.length; at += ZSTD_PART) {
        unpacker.push(chunk.slice(at, at + ZSTD_PART));
        yield* parts;
        parts = [];
      }
    }
    unpacker.push(new Uint8Array(0), true);
  } catch (error) {
    throw damaged(place, "zstd", error);
  }
  yield* parts;
}

/** RFC 8878, section 3.1.1: the frame's magic number, descriptor, and window. */
function checkZstdStart(place: string, start: Uint8Array): void {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const magic = start.length >= 6 ? view.getUint32(0, true) : 0;
  const skippable = magic >>> 4 === 0x184d2a5;
  if (magic !== 0xfd2fb528 && !skippable) {
    throw new IsoflopError({
      code: "corpus-kind",
      message: `${place} is not a zstd file, whatever its name says.`,
      hint: "Fetch it again, or take the ending off.",
    });
  }
  const singleSegment = (view.getUint8(4) & 0x20) !== 0;
  if (skippable || singleSegment) return;
  const window = view.getUint8(5);
  const base = 2 ** (10 + (window >> 3));
  const bytes = base + (base / 8) * (window & 7);
  if (bytes > LARGEST_WINDOW) {
    throw new IsoflopError({
      code: "corpus-packing-window",
      message: `${place} needs a window of ${Math.round(bytes / 2 ** 20)} MiB to be unpacked; ${LARGEST_WINDOW / 2 ** 20} is the most.`,
      hint: "Pack it again without --long: zstd -d old.zst && zstd old",
    });
  }
}

/** Watches how much comes out for what goes in. */
function growthOf(place: string) {
  let packedBytes = 0;
  let bytes = 0;
  return {
    async *counted(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const part of parts) {
        packedBytes += part.length;
        yield part;
      }
    },
    checked(part: Uint8Array): Uint8Array {
      bytes += part.length;
      if (bytes > GROWTH_FREE_BYTES && bytes > LARGEST_GROWTH * packedBytes) {
        throw new IsoflopError({
          code: "corpus-packing-bomb",
          message: `${place} grows more than ${LARGEST_GROWTH}-fold when it is unpacked: that is no text to train on.`,
          hint: "Leave it out, or unpack it yourself if it is what you want.",
        });
      }
      return part;
    },
  };
}

function damaged(place: string, packing: string, cause: unknown): unknown {
  if (isIsoflopError(cause)) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  const cut = /unexpected end|unexpected EOF/i.test(said);
  return new IsoflopError({
    code: "corpus-packing-damaged",
    message: `${place} cannot be unpacked: ${cut ? `the ${packing} file ends too early` : `it is no intact ${packing} file (${said})`}.`,
    hint: "It was cut short or damaged on the way: fetch or make it again.",
    cause,
  });
}
