import { IsoflopError } from "@isoflop/laws";

/** As the zstd command refuses them without --long: such a file would take more memory than it is worth. */
const LARGEST_WINDOW = 2 ** 27;
const MAGIC = 0xfd2fb528;

/** The end of a frame, with the low 32 bits of its content's XXH64 where it states them. */
export interface FrameEnd {
  readonly checksum: number | undefined;
}

/**
 * The frames of a zstd file: the bytes of each as they come, then its end. Skippable frames are left out. A file that ends
 * within a frame ends without a FrameEnd. RFC 8878, section 3.1.
 * Errors: corpus-kind, corpus-packing-window; an Error where something else follows a frame.
 */
export async function* zstdFrames(
  place: string,
  packed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array | FrameEnd> {
  const { take, pass } = readerOf(packed);
  for (let first = true; ; first = false) {
    const magic = await take(4);
    if (magic.length === 0 && !first) return;
    const number = little(magic);
    if (number >>> 4 === 0x184d2a5) {
      for await (const _ of pass(little(await take(4))));
      continue;
    }
    if (number !== MAGIC || magic.length < 4) throw first ? noZstd(place) : new Error("a frame is followed by none");
    yield magic;
    const descriptor = await take(1);
    yield descriptor;
    const flags = descriptor[0] ?? 0;
    const header = await take(headerLength(flags));
    if ((flags & 0x20) === 0) checkWindow(place, header[0] ?? 0);
    yield header;
    for (let last = false; !last; ) {
      const block = await take(3);
      if (block.length < 3) return;
      yield block;
      const stated = little(block);
      last = (stated & 1) === 1;
      // A block that repeats one byte holds that byte alone.
      yield* pass(((stated >>> 1) & 3) === 1 ? 1 : stated >>> 3);
    }
    const checksum = await take((flags & 4) === 0 ? 0 : 4);
    yield checksum;
    yield { checksum: checksum.length === 4 ? little(checksum) : undefined };
  }
}

/** What follows the descriptor: window, dictionary, content size (section 3.1.1.1). */
function headerLength(flags: number): number {
  const single = (flags & 0x20) === 0 ? 0 : 1;
  return 1 - single + [0, 1, 2, 4][flags & 3]! + [single, 2, 4, 8][flags >> 6]!;
}

/** Little-endian number of up to four bytes. */
const little = (bytes: Uint8Array): number => bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);

/** Reads so many bytes, or as many as there are: together, or as they come. */
function readerOf(packed: AsyncIterable<Uint8Array>) {
  const parts = packed[Symbol.asyncIterator]();
  let part: Uint8Array = new Uint8Array(0);
  async function* pass(count: number): AsyncGenerator<Uint8Array> {
    for (let left = count; left > 0; ) {
      if (part.length === 0) {
        const next = await parts.next();
        if (next.done === true) return;
        part = next.value;
        continue;
      }
      const some = part.subarray(0, left);
      part = part.subarray(some.length);
      left -= some.length;
      yield some;
    }
  }
  async function take(count: number): Promise<Uint8Array> {
    const found: number[] = [];
    for await (const some of pass(count)) found.push(...some);
    return Uint8Array.from(found);
  }
  return { take, pass };
}

/** Section 3.1.1.1.2. */
function checkWindow(place: string, window: number): void {
  const base = 2 ** (10 + (window >> 3));
  const bytes = base + (base / 8) * (window & 7);
  if (bytes <= LARGEST_WINDOW) return;
  throw new IsoflopError({
    code: "corpus-packing-window",
    message: `${place} needs a window of ${Math.round(bytes / 2 ** 20)} MiB to be unpacked; ${LARGEST_WINDOW / 2 ** 20} is the most.`,
    hint: "Pack it again without --long: zstd -d old.zst && zstd old",
  });
}

function noZstd(place: string): IsoflopError {
  return new IsoflopError({
    code: "corpus-kind",
    message: `${place} is not a zstd file, whatever its name says.`,
    hint: "Fetch it again, or take the ending off.",
  });
}
