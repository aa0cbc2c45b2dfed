import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { IsoflopError, isIsoflopError } from "@isoflop/laws";
import { Decompress } from "fzstd";
import xxhash from "xxhash-wasm";
import { zstdFrames } from "./zstdFrames.js";

/** Text shrinks three- to tenfold; what grows by more than this is no text to train on, and would fill the disk. */
const LARGEST_GROWTH = 200;
/** Small files may be as repetitive as they like. */
const GROWTH_FREE_BYTES = 2 ** 26;
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

/** A zstd stream of any number of frames, each held to its checksum where it has one. Errors as for gzip. */
export async function* unpackZstd(place: string, packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const growth = growthOf(place);
  const { create64 } = await xxhash();
  let parts: Uint8Array[] = [];
  const openFrame = () => {
    const hash = create64();
    const unpacker = new Decompress((part) => {
      if (part.length === 0) return;
      // The decoder uses its buffers again.
      parts.push(growth.checked(part.slice()));
      hash.update(part);
    });
    return { hash, unpacker };
  };
  let frame: ReturnType<typeof openFrame> | undefined;
  try {
    for await (const some of zstdFrames(place, growth.counted(packed))) {
      frame ??= openFrame();
      if (some instanceof Uint8Array) {
        for (let at = 0; at < some.length; at += ZSTD_PART) {
          frame.unpacker.push(some.slice(at, at + ZSTD_PART));
          yield* parts;
          parts = [];
        }
        continue;
      }
      frame.unpacker.push(new Uint8Array(0), true);
      yield* parts;
      parts = [];
      if (some.checksum !== undefined && BigInt(some.checksum) !== (frame.hash.digest() & 0xffffffffn))
        throw new Error("its content does not have its checksum");
      frame = undefined;
    }
    if (frame !== undefined) throw new Error("unexpected EOF");
  } catch (error) {
    throw damaged(place, "zstd", error);
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
