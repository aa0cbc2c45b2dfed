import type { Random } from "@isoflop/laws";
import { crc32, maskedCrc32c } from "@isoflop/trainer/tracking";

/** Damage of one kind to the bytes of a file; `other` is another file, to splice with. */
type Damage = (bytes: Buffer, other: Buffer, random: Random) => Buffer;

/** A range of at most `longest` bytes. */
function rangeOf({ length }: Buffer, { integer }: Random, longest: number): [number, number] {
  if (length === 0) return [0, 0];
  const from = integer(length);
  return [from, Math.min(length, from + 1 + integer(longest))];
}

function replaced(bytes: Buffer, from: number, to: number, by: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)]);
}

const WORDS = [
  "NaN", "-Infinity", "1e999", "-1", "0", "-0", "1e-320", "9007199254740993", "null", "true", '""', "[]", "{}", "\0", "\uFFFD", "=cmd()", "<b>",
  "\r\n", "\n", ",", '"', "\\", "__proto__", "[[[[[[[[", "{\"a\":", "  ", "\uFEFF", "1,5", "0x10", "1_000", "∞",
].map((word) => Buffer.from(word)); // biome-ignore format: a list of words

const DAMAGES: Readonly<Record<string, Damage>> = {
  flip: (bytes, _, { integer }) => {
    const copy = Buffer.from(bytes);
    for (let i = integer(4); i >= 0 && copy.length > 0; i--) copy[integer(copy.length)]! ^= 1 << integer(8);
    return copy;
  },
  cut: (bytes, _, { integer }) => bytes.subarray(0, integer(bytes.length + 1)),
  cutStart: (bytes, _, { integer }) => bytes.subarray(integer(bytes.length + 1)),
  remove: (bytes, _, random) => replaced(bytes, ...rangeOf(bytes, random, 200), Buffer.alloc(0)),
  insert: (bytes, _, { integer }) => {
    const at = integer(bytes.length + 1);
    return replaced(bytes, at, at, Buffer.from(Array.from({ length: 1 + integer(40) }, () => integer(256))));
  },
  repeat: (bytes, _, random) => {
    const [from, to] = rangeOf(bytes, random, 400);
    return replaced(bytes, to, to, bytes.subarray(from, to));
  },
  splice: (bytes, other, { integer }) =>
    Buffer.concat([bytes.subarray(0, integer(bytes.length + 1)), other.subarray(integer(other.length + 1))]),
  number: (bytes, _, { integer }) => {
    const numbers = [...bytes.toString("latin1").matchAll(/-?\d+(\.\d+)?(e[+-]?\d+)?/gi)];
    const found = numbers[integer(Math.max(1, numbers.length))];
    const word = WORDS[integer(WORDS.length)]!;
    return found === undefined ? bytes : replaced(bytes, found.index, found.index + found[0].length, word);
  },
  word: (bytes, _, { integer }) => {
    const at = integer(bytes.length + 1);
    return replaced(bytes, at, at, WORDS[integer(WORDS.length)]!);
  },
  huge: (bytes, _, { integer }) => {
    const copy = Buffer.from(bytes);
    const at = integer(Math.max(1, copy.length));
    copy.fill([0x00, 0x7f, 0xff][integer(3)]!, at, Math.min(copy.length, at + 1 + integer(12)));
    return copy;
  },
  lineEnds: (bytes, _, { integer }) =>
    Buffer.from(bytes.toString("latin1").replaceAll("\n", ["\r\n", "\r", "\n\n", ""][integer(4)]!), "latin1"),
  wide: (bytes, _, { integer }) => {
    const wide = Buffer.from(`\uFEFF${bytes.toString("utf8")}`, "utf16le");
    return integer(2) === 0 ? wide : Buffer.from(wide).swap16();
  },
};

/** The bytes with one to three damages, and which. */
export function mutated(
  bytes: Buffer,
  other: Buffer,
  random: Random,
): { readonly bytes: Buffer; readonly how: string } {
  const names = Object.keys(DAMAGES);
  const chosen = Array.from({ length: 1 + random.integer(3) }, () => names[random.integer(names.length)]!);
  let damaged = bytes;
  for (const name of chosen) damaged = DAMAGES[name]!(damaged, other, random);
  return { bytes: damaged, how: chosen.join(" ") };
}

/** TFRecords of which one is damaged, with checksums that fit again: what only the reader of events can find. */
export function damagedRecord(bytes: Buffer, other: Buffer, random: Random): Buffer {
  const records: Buffer[] = [];
  for (let at = 0; at + 16 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    records.push(bytes.subarray(at + 12, at + 12 + length));
    at += 16 + length;
  }
  const chosen = random.integer(records.length);
  records[chosen] = mutated(records[chosen]!, other, random).bytes;
  return Buffer.concat(
    records.map((content) => {
      const framed = Buffer.alloc(content.length + 16);
      framed.writeUInt32LE(content.length);
      framed.writeUInt32LE(maskedCrc32c(framed.subarray(0, 8)), 8);
      content.copy(framed, 12);
      framed.writeUInt32LE(maskedCrc32c(content), 12 + content.length);
      return framed;
    }),
  );
}

/** A .wandb file of one block with some bytes of its chunks changed, and checksums that fit again. */
export function damagedChunk(bytes: Buffer, _: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  for (let i = random.integer(6); i >= 0; i--) copy[7 + random.integer(copy.length - 7)]! ^= 1 << random.integer(8);
  for (let at = 7; at + 7 <= copy.length; ) {
    const length = bytes.readUInt16LE(at + 4);
    copy.writeUInt16LE(length, at + 4);
    copy[at + 6] = bytes[at + 6]!;
    copy.writeUInt32LE(crc32(copy.subarray(at + 6, at + 7 + length)), at);
    at += 7 + length;
  }
  return copy;
}
