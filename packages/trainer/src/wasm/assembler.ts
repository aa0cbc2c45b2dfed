// As much of WebAssembly as the optimiser's loops need: expressions that put down their own instructions, and a module
// of functions over one imported memory. Opcodes are those of the core specification 2.0, sections 5.4 and 5.5.

/** Instructions in binary; an expression leaves one value. */
export type Code = readonly number[];
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

const vector =
  (opcode: number) =>
  (...operands: Code[]): Code => [...operands.flat(), 0xfd, ...leb(opcode)];

export const f32x4 = {
  splat: vector(0x13),
  sqrt: vector(0xe3),
  add: vector(0xe4),
  sub: vector(0xe5),
  mul: vector(0xe6),
  div: vector(0xe7),
};
export const f64x2 = {
  splat: vector(0x14),
  add: vector(0xf0),
  mul: vector(0xf2),
  /** The two lower single-precision lanes as doubles. */
  promoteLow: vector(0x5f),
  lane: (value: Code, lane: 0 | 1): Code => [...value, 0xfd, 0x21, lane],
};
export const v128 = {
  load: (address: Code): Code => [...address, 0xfd, 0x00, 4, 0],
  store: (address: Code, value: Code): Code => [...address, ...value, 0xfd, 0x0b, 4, 0],
  /** The upper half of a vector in both halves. */
  upper: (value: Code): Code => [...value, ...value, 0xfd, 0x0d, ...Array.from({ length: 16 }, (_, i) => 8 + (i % 8))],
};
export const f64 = {
  constant: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  add: (a: Code, b: Code): Code => [...a, ...b, 0xa0],
};
export const i32 = {
  /** Up to 63, what one byte holds. */
  constant: (value: number): Code => [0x41, value],
  add: (a: Code, b: Code): Code => [...a, ...b, 0x6a],
  lessThan: (a: Code, b: Code): Code => [...a, ...b, 0x49],
};

export const get = (local: number): Code => [0x20, ...leb(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...leb(local)];

/** Does `body`, and again as long as the condition after it holds. */
export const repeat = (body: readonly Code[], condition: Code): Code => [
  0x03,
  0x40,
  ...body.flat(),
  ...condition,
  0x0d,
  0,
  0x0b,
];

export interface FunctionDefinition {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly result?: ValueType;
  /** Locals beside the parameters, numbered after them. */
  readonly locals: readonly ValueType[];
  readonly body: readonly Code[];
}

const section = (id: number, content: readonly number[]) => [id, ...leb(content.length), ...content];
const list = (items: readonly (readonly number[])[]) => [...leb(items.length), ...items.flat()];
const text = (characters: string) => [...leb(characters.length), ...Buffer.from(characters, "latin1")];

/** A module that imports `environment.memory` and exports the functions. */
export function assemble(functions: readonly FunctionDefinition[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters, result }) => [
    0x60,
    ...list(parameters.map((type) => [typeCode[type]])),
    ...list(result ? [[typeCode[result]]] : []),
  ]);
  const codes = functions.map(({ locals, body }) => {
    const code = [...list(locals.map((type) => [1, typeCode[type]])), ...body.flat(), 0x0b];
    return [...leb(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types)),
    ...section(2, list([[...text("environment"), ...text("memory"), 0x02, 0x00, 0]])),
    ...section(3, list(functions.map((_, i) => leb(i)))),
    ...section(7, list(functions.map(({ name }, i) => [...text(name), 0x00, ...leb(i)]))),
    ...section(10, list(codes)),
  ]);
}
