// The optimiser's passes over flat buffers, in WebAssembly: in place, and each buffer read and written once a step. As
// operators of the graph they were a dozen passes, into memory fresh from the system every step.
import { assemble, type Code, f32x4, f64, f64x2, get, i32, repeat, set, v128 } from "../wasm/assembler.js";
import { bind, compile, type Module } from "../wasm/memory.js";

/** Addresses are bytes into the memory, multiples of 16; so are lengths: buffers end in zeros that change nothing. */
export interface Kernels {
  /** Sum of squares, in double precision. */
  sumOfSquares(address: number, bytes: number): number;
  /** target += source. */
  accumulate(target: number, source: number, bytes: number): void;
  /**
   * One step of AdamW (Loshchilov & Hutter 2019, Algorithm 2) with the gradient times `gradientFactor`, the moments'
   * shares of what is new, and the bias corrections folded into `stepSize` and `epsilonHat` (Kingma & Ba 2015, section 2).
   */
  adamw(
    parameters: number,
    first: number,
    second: number,
    gradient: number,
    bytes: number,
    gradientFactor: number,
    firstShare: number,
    secondShare: number,
    stepSize: number,
    epsilonHat: number,
    kept: number,
  ): void;
}

const BYTES = 16;

/** Over vectors at the addresses in `pointers`, which all advance; the first of them ends at the address in `end`. */
function overVectors(pointers: readonly number[], end: number, bytes: number, body: readonly Code[]): Code[] {
  const advance = pointers.map((pointer) => set(pointer, i32.add(get(pointer), i32.constant(BYTES))));
  return [
    set(end, i32.add(get(pointers[0]!), get(bytes))),
    repeat([...body, ...advance], i32.lessThan(get(pointers[0]!), get(end))),
  ];
}

function sumOfSquares() {
  const [address, bytes, end, x, low, high] = [0, 1, 2, 3, 4, 5] as const;
  const zero = f64x2.splat(f64.constant(0));
  const square = (half: Code) => f64x2.mul(half, half);
  const lower = f64x2.promoteLow(get(x));
  const upper = f64x2.promoteLow(v128.upper(get(x)));
  return {
    name: "sumOfSquares",
    parameters: ["i32", "i32"],
    result: "f64",
    locals: ["i32", "v128", "v128", "v128"],
    body: [
      set(low, zero),
      set(high, zero),
      ...overVectors([address], end, bytes, [
        set(x, v128.load(get(address))),
        set(low, f64x2.add(get(low), square(lower))),
        set(high, f64x2.add(get(high), square(upper))),
      ]),
      set(low, f64x2.add(get(low), get(high))),
      f64.add(f64x2.lane(get(low), 0), f64x2.lane(get(low), 1)),
    ],
  } as const;
}

function accumulate() {
  const [target, source, bytes, end] = [0, 1, 2, 3] as const;
  return {
    name: "accumulate",
    parameters: ["i32", "i32", "i32"],
    locals: ["i32"],
    body: overVectors([target, source], end, bytes, [
      v128.store(get(target), f32x4.add(v128.load(get(target)), v128.load(get(source)))),
    ]),
  } as const;
}

function adamw() {
  const [p, m, v, g, bytes, gradientFactor, firstShare, secondShare, stepSize, epsilonHat, kept] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ] as const;
  const [end, slope, first, second] = [11, 12, 13, 14] as const;
  const all = (scalar: number) => f32x4.splat(get(scalar));
  /** old + share * (fresh - old) */
  const towards = (old: Code, fresh: Code, share: number) =>
    f32x4.add(old, f32x4.mul(f32x4.sub(fresh, old), all(share)));
  return {
    name: "adamw",
    parameters: ["i32", "i32", "i32", "i32", "i32", "f32", "f32", "f32", "f32", "f32", "f32"],
    locals: ["i32", "v128", "v128", "v128"],
    body: overVectors([p, m, v, g], end, bytes, [
      set(slope, f32x4.mul(v128.load(get(g)), all(gradientFactor))),
      set(first, towards(v128.load(get(m)), get(slope), firstShare)),
      set(second, towards(v128.load(get(v)), f32x4.mul(get(slope), get(slope)), secondShare)),
      v128.store(get(m), get(first)),
      v128.store(get(v), get(second)),
      v128.store(
        get(p),
        f32x4.sub(
          f32x4.mul(v128.load(get(p)), all(kept)),
          f32x4.mul(f32x4.div(get(first), f32x4.add(f32x4.sqrt(get(second)), all(epsilonHat))), all(stepSize)),
        ),
      ),
    ]),
  } as const;
}

let module: Module | undefined;

/** A memory for a group's buffers, and the passes over them. */
export function bindKernels(bytes: number): { readonly buffer: ArrayBuffer; readonly functions: Kernels } {
  module ??= compile(assemble([sumOfSquares(), accumulate(), adamw()]));
  return bind<Kernels>(module, bytes);
}
