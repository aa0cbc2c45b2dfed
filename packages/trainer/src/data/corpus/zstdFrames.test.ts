import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isIsoflopError } from "@isoflop/laws";
import { expect, test } from "vitest";
import { unpackZstd } from "./unpack.js";

/** Written by zstandard with checksums: dev/corpusFixtures.py. */
const fixture = (name: string) => readFile(fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url)));

async function unpacked(packed: Uint8Array, part = packed.length): Promise<string> {
  async function* parts() {
    for (let at = 0; at < packed.length; at += part) yield packed.subarray(at, at + part);
  }
  const found: Uint8Array[] = [];
  for await (const some of unpackZstd("x.zst", parts())) found.push(some);
  return Buffer.concat(found).toString();
}
const refusal = (packed: Uint8Array) =>
  unpacked(packed).then(
    () => "",
    (error: unknown) => (isIsoflopError(error) ? `${error.code}: ${error.message}` : String(error)),
  );

/** A frame without checksum whose one block repeats a letter (RFC 8878, section 3.1.1.2), with a window of 128 kB. */
const plainFrame = (count: number, window = 0x38) => {
  const block = 1 | (1 << 1) | (count << 3);
  return Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, window, block & 255, (block >> 8) & 255, block >> 16, 97]);
};
/** Section 3.1.2: what a decoder passes over. */
const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

test("frames with checksums and without, and what lies between them, are read in parts of any size", async () => {
  const text = (await fixture("texts.jsonl")).toString();
  const frames = Buffer.concat([skippable, await fixture("frames.jsonl.zst"), plainFrame(1000), skippable]);
  const expected = text + "a".repeat(1000);
  for (const part of [1, 7, 1000, frames.length]) expect(await unpacked(frames, part)).toBe(expected);
  expect(await unpacked(skippable)).toBe("");
});

test("no flipped bit of a file with checksums makes another text of it", async () => {
  for (const name of ["texts.jsonl.zst", "frames.jsonl.zst"]) {
    const packed = await fixture(name);
    const text = (await fixture("texts.jsonl")).toString();
    let refused = 0;
    let tried = 0;
    for (let at = 0; at < packed.length; at += at < 20 || at > packed.length - 8 ? 1 : 41) {
      const damaged = Buffer.from(packed);
      damaged[at]! ^= 1 << (at % 8);
      tried++;
      const found = await unpacked(damaged).catch((error: unknown) => {
        expect(isIsoflopError(error) && error.code).toMatch(/^corpus-(packing-damaged|kind|packing-window)$/);
        refused++;
        return text;
      });
      expect([at, found === text]).toEqual([at, true]);
    }
    // A header may state a larger window or another length of its content: the text is whole all the same.
    expect(refused).toBeGreaterThan(0.95 * tried);
  }
});

test("a checksum that is another, cut off or followed by something else is told", async () => {
  const packed = await fixture("texts.jsonl.zst");
  const other = Buffer.from(packed);
  other[other.length - 1]! ^= 1;
  expect(await refusal(other)).toMatch(/corpus-packing-damaged: .*its content does not have its checksum/);
  for (const missing of [1, 4, 5, 100])
    expect(await refusal(packed.subarray(0, packed.length - missing))).toMatch(/the zstd file ends too early/);
  expect(await refusal(Buffer.concat([packed, Buffer.from("more")]))).toMatch(/corpus-packing-damaged/);
  expect(await refusal(Buffer.from([]))).toMatch(/corpus-kind/);
});

test("a later frame may not want a larger window than the first", async () => {
  expect(await refusal(Buffer.concat([plainFrame(5), plainFrame(5, 0xa0)]))).toMatch(/a window of 1024 MiB/);
});
