// As much of WebAssembly as is needed here: expressions that put down their own instructions, and a module of functions
// over one imported memory. Opcodes are those of the core specification 2.0, sections 5.4 and 5.5.

/** Instructions in binary, in parts of parts; an expression leaves one value. */
export type Code = readonly (number | Code)[];
export type ValueType = keyof typeof typeCode;

const typeCode = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;

/** Unsigned LEB128. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  do {
    const low = left & 0x7f;
    left >>>= 7;
    bytes.push(left === 0 ? low : low | 0x80);
  } while (left !== 0);
  return bytes;
}

/** Signed LEB128 of a 32-bit number. */
function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  let left = value | 0;
  for (;;) {
    const low = left & 0x7f;
    left >>= 7;
    if (left === (low & 0x40 ? -1 : 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

function vector(opcode: number): (...operands: Code[]) => Code {
  const instruction = [0xfd, ...leb(opcode)];
  return (...operands) => [...operands, instruction];
}

const shift =
  (opcode: number) =>
  (value: Code, bits: number): Code =>
    vector(opcode)(value, i32.constant(bits));

export const f32x4 = {
  splat: vector(0x13),
  sqrt: vector(0xe3),
  add: vector(0xe4),
  sub: vector(0xe5),
  mul: vector(0xe6),
  div: vector(0xe7),
  /** Two doubles, rounded, in the two lower lanes. */
  demote: vector(0x5e),
};
export const f64x2 = {
  splat: vector(0x14),
  sqrt: vector(0xef),
  add: vector(0xf0),
  sub: vector(0xf1),
  mul: vector(0xf2),
  div: vector(0xf3),
  /** The two lower single-precision lanes as doubles. */
  promoteLow: vector(0x5f),
  /** The two lower lanes as doubles, unsigned. */
  convertLow: vector(0xff),
  lane: (value: Code, lane: 0 | 1): Code => [value, 0xfd, 0x21, lane],
};
export const i32x4 = {
  splat: vector(0x11),
  add: vector(0xae),
};
export const i64x2 = {
  add: vector(0xce),
  sub: vector(0xd1),
  shiftLeft: shift(0xcb),
  /** Zeros come in. */
  shiftRight: shift(0xcd),
  /** Products of the two lower lanes of 32 bits, unsigned. */
  productsLow: vector(0xde),
  productsHigh: vector(0xdf),
};
export const v128 = {
  constant: (lanes: Float64Array | Uint32Array): Code => [0xfd, 0x0c, ...new Uint8Array(lanes.buffer)],
  load: (address: Code, offset = 0): Code => [address, 0xfd, 0x00, 4, leb(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, 0xfd, 0x0b, 4, leb(offset)],
  and: vector(0x4e),
  or: vector(0x50),
  xor: vector(0x51),
  /** Bits of `ones` where the mask has ones, of `zeros` elsewhere. */
  select: (ones: Code, zeros: Code, mask: Code): Code => vector(0x52)(ones, zeros, mask),
  /** Four of the eight 32-bit lanes that two vectors have. */
  lanes: (a: Code, b: Code, picked: readonly [number, number, number, number]): Code => [
    a,
    b,
    [0xfd, 0x0d],
    picked.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]),
  ],
  /** The upper half of a vector in both halves. */
  upper: (value: Code): Code => v128.lanes(value, value, [2, 3, 2, 3]),
};
export const f64 = {
  constant: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  add: (a: Code, b: Code): Code => [a, b, 0xa0],
};
export const i32 = {
  constant: (value: number): Code => [0x41, signedLeb(value)],
  add: (a: Code, b: Code): Code => [a, b, 0x6a],
  lessThan: (a: Code, b: Code): Code => [a, b, 0x49],
};

export const get = (local: number): Code => [0x20, leb(local)];
export const set = (local: number, value: Code): Code => [value, 0x21, leb(local)];

/** Does `body`, and again as long as the condition after it holds. */
export const repeat = (body: readonly Code[], condition: Code): Code => [0x03, 0x40, body, condition, 0x0d, 0, 0x0b];

export interface FunctionDefinition {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly result?: ValueType;
  /** Locals beside the parameters, numbered after them. */
  readonly locals: readonly ValueType[];
  readonly body: readonly Code[];
}

/** The bytes one after another. */
function flat(code: Code, into: number[] = []): number[] {
  for (const part of code) {
    if (typeof part === "number") into.push(part);
    else flat(part, into);
  }
  return into;
}

/** With its length in bytes before it. */
function sized(content: Code): Code {
  const bytes = flat(content);
  return [leb(bytes.length), bytes];
}

const section = (id: number, content: Code): Code => [id, sized(content)];
const list = (items: readonly Code[]): Code => [leb(items.length), items];
const text = (characters: string): Code => sized([...Buffer.from(characters, "latin1")]);

/** A module that imports `environment.memory` and exports the functions. */
export function assemble(functions: readonly FunctionDefinition[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters, result }) => [
    0x60,
    list(parameters.map((type) => [typeCode[type]])),
    list(result ? [[typeCode[result]]] : []),
  ]);
  const codes = functions.map(({ locals, body }) =>
    sized([list(locals.map((type) => [1, typeCode[type]])), body, 0x0b]),
  );
  return Uint8Array.from(
    flat([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, list(types)),
      section(2, list([[text("environment"), text("memory"), 0x02, 0x00, 0]])),
      section(3, list(functions.map((_, i) => leb(i)))),
      section(7, list(functions.map(({ name }, i) => [text(name), 0x00, leb(i)]))),
      section(10, list(codes)),
    ]),
  );
}
