// Philox and the transform of Box & Muller over a page of memory, in WebAssembly.
import { assemble, type Code, f32x4, f64x2, get, i32, i32x4, i64x2, repeat, set, v128 } from "../wasm/assembler.js";
import { createLocals } from "../wasm/locals.js";
import { bind, compile } from "../wasm/memory.js";
import { both, logarithm, sineAndCosine } from "./elementary.js";
import { FACTORS, ROUNDS, WEYL } from "./philox.js";

/** Addresses are bytes into the memory, multiples of 16, lengths of 64. */
interface Kernel {
  /** Words of Philox4x32-10 at counters (counter, 0, stream, purpose), (counter + 1, 0, stream, purpose), … under a key. */
  words(
    address: number,
    bytes: number,
    counter: number,
    stream: number,
    purpose: number,
    key0: number,
    key1: number,
  ): void;
  /** Makes a normal deviate of every word. */
  normals(address: number, bytes: number, deviation: number): void;
}

/** Counters of one turn of `words`, a lane each, and bytes of what one counter gives. */
const COUNTERS = 4;
const BYTES = 16;
/** Counters that `normals` takes at a time, statement by statement in turn: each alone waits for itself most of the time. */
const ABREAST = 2;

const everywhere = (word: number): Code => i32x4.splat(i32.constant(word));

function words() {
  const [address, bytes, counter, stream, purpose, key0, key1] = [0, 1, 2, 3, 4, 5, 6] as const;
  const locals = createLocals(7);
  const { vector, integer } = locals;
  const [end, counters] = [integer(), vector()];
  const [a, b, c, d] = [vector(), vector(), vector(), vector()];
  const [k0, k1] = [vector(), vector()];
  const first = [vector(), vector()] as const;
  const second = [vector(), vector()] as const;
  const products = (word: number, factor: number, [low, high]: readonly [number, number]) => [
    set(low, i64x2.productsLow(get(word), everywhere(factor))),
    set(high, i64x2.productsHigh(get(word), everywhere(factor))),
  ];
  const upper = ([low, high]: readonly [number, number]) => v128.lanes(get(low), get(high), [1, 3, 5, 7]);
  const lower = ([low, high]: readonly [number, number]) => v128.lanes(get(low), get(high), [0, 2, 4, 6]);
  const round = [
    ...products(a, FACTORS[0], first),
    ...products(c, FACTORS[1], second),
    set(a, v128.xor(v128.xor(upper(second), get(b)), get(k0))),
    set(b, lower(second)),
    set(c, v128.xor(v128.xor(upper(first), get(d)), get(k1))),
    set(d, lower(first)),
    set(k0, i32x4.add(get(k0), everywhere(WEYL[0]))),
    set(k1, i32x4.add(get(k1), everywhere(WEYL[1]))),
  ];
  const body = [
    set(a, get(counters)),
    set(b, everywhere(0)),
    set(c, i32x4.splat(get(stream))),
    set(d, i32x4.splat(get(purpose))),
    set(k0, i32x4.splat(get(key0))),
    set(k1, i32x4.splat(get(key1))),
    Array.from({ length: ROUNDS }, () => round).flat(),
    // From a lane to a row of four words for every counter.
    set(first[0], v128.lanes(get(a), get(b), [0, 4, 1, 5])),
    set(first[1], v128.lanes(get(a), get(b), [2, 6, 3, 7])),
    set(second[0], v128.lanes(get(c), get(d), [0, 4, 1, 5])),
    set(second[1], v128.lanes(get(c), get(d), [2, 6, 3, 7])),
    ...([0, 1, 2, 3] as const).map((row) => {
      const pair = row >> 1 === 0 ? 0 : 1;
      const picked = row % 2 === 0 ? ([0, 1, 4, 5] as const) : ([2, 3, 6, 7] as const);
      return v128.store(get(address), v128.lanes(get(first[pair]), get(second[pair]), picked), BYTES * row);
    }),
    set(counters, i32x4.add(get(counters), everywhere(COUNTERS))),
    set(address, i32.add(get(address), i32.constant(BYTES * COUNTERS))),
  ];
  return {
    name: "words",
    parameters: ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    locals: locals.types,
    body: [
      set(end, i32.add(get(address), get(bytes))),
      set(counters, i32x4.add(i32x4.splat(get(counter)), v128.constant(Uint32Array.of(0, 1, 2, 3)))),
      repeat(body, i32.lessThan(get(address), get(end))),
    ],
  } as const;
}

function normals() {
  const [address, bytes, deviation] = [0, 1, 2] as const;
  const locals = createLocals(3);
  const end = locals.integer();
  /** Two pairs, of one counter's words. */
  const pairs = (offset: number): Code[] => {
    const { vector } = locals;
    const [four, radius, angle, sine, cosine] = [vector(), vector(), vector(), vector(), vector()];
    const doubles = (picked: readonly [number, number]) =>
      f64x2.convertLow(v128.lanes(get(four), get(four), [...picked, ...picked]));
    const wave = (value: number) => f32x4.demote(f64x2.mul(get(radius), get(value)));
    return [
      set(four, v128.load(get(address), offset)),
      ...logarithm(locals, f64x2.add(doubles([0, 2]), both(0.5)), -32, radius),
      set(radius, f64x2.mul(f64x2.splat(get(deviation)), f64x2.sqrt(f64x2.mul(get(radius), both(-2))))),
      set(angle, f64x2.mul(f64x2.mul(doubles([1, 3]), both(2 * Math.PI)), both(2 ** -32))),
      ...sineAndCosine(locals, get(angle), sine, cosine),
      v128.store(get(address), v128.lanes(wave(cosine), wave(sine), [0, 4, 1, 5]), offset),
    ];
  };
  const abreast = Array.from({ length: ABREAST }, (_, i) => pairs(BYTES * i));
  const body = [
    ...abreast[0]!.map((_, i) => abreast.map((statements) => statements[i]!)),
    set(address, i32.add(get(address), i32.constant(BYTES * ABREAST))),
  ];
  return {
    name: "normals",
    parameters: ["i32", "i32", "f64"],
    locals: locals.types,
    body: [set(end, i32.add(get(address), get(bytes))), repeat(body, i32.lessThan(get(address), get(end)))],
  } as const;
}
/** A memory of so many bytes, and what fills it. */
export const bindNormals = (bytes: number): { readonly buffer: ArrayBuffer; readonly functions: Kernel } =>
  bind<Kernel>(compile(assemble([words(), normals()])), bytes);
