// Logarithm, sine and cosine of two doubles at a time, in WebAssembly: the approximations of fdlibm (Sun Microsystems 1993,
// e_log.c, k_sin.c, k_cos.c, in the order of operations that FreeBSD's and musl's have), each within about an ulp. Spelled
// out, they give the same bits wherever WebAssembly runs; Math.log and the like differ between versions of V8.
import { type Code, f64x2, get, i64x2, set, v128 } from "../wasm/assembler.js";
import type { Locals } from "../wasm/locals.js";

const { add, sub, mul, div } = f64x2;

/** A number in both lanes. */
export const both = (value: number): Code => v128.constant(Float64Array.of(value, value));

/** 64 bits in both lanes, as their upper and lower half. */
const bits = (upper: number, lower: number): Code => v128.constant(Uint32Array.of(lower, upper, lower, upper));

/** c[0] + x (c[1] + x (c[2] + …)) */
const polynomial = (x: Code, coefficients: readonly number[]): Code =>
  coefficients.map(both).reduceRight((sum, coefficient) => add(coefficient, mul(x, sum)));

/** Upper half of sqrt(1/2), and of 1. */
const ROOT_HALF = 0x3fe6a09e;
const ONE = 0x3ff00000;
/** ln 2: so many bits that a whole number of them is exact, and the rest. */
const LN2 = [0.6931471803691238, 1.9082149292705877e-10] as const;
const LOG = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
  0.15313837699209373, 0.14798198605116586,
] as const;

/**
 * Leaves log(2^exponent x) in `target`, for positive normal x = 2^k m with sqrt(1/2) <= m < sqrt(2): with f = m - 1 and
 * s = f / (2 + f), log m = f - f²/2 + s (f²/2 + R(s²)).
 */
export function logarithm(locals: Locals, x: Code, exponent: number, target: number): Code[] {
  const { vector } = locals;
  const [moved, k, f, s, z, w, half] = [vector(), vector(), vector(), vector(), vector(), vector(), vector()];
  const odd = mul(get(z), polynomial(get(w), [LOG[0], LOG[2], LOG[4], LOG[6]]));
  const even = mul(get(w), polynomial(get(w), [LOG[1], LOG[3], LOG[5]]));
  const correction = add(mul(get(s), add(get(half), add(even, odd))), mul(get(k), both(LN2[1])));
  return [
    // So that the exponent changes at sqrt(1/2).
    set(moved, i64x2.add(x, bits(ONE - ROOT_HALF, 0))),
    // The exponent as the last bits of a number of 2^52.
    set(k, sub(v128.or(i64x2.shiftRight(get(moved), 52), both(2 ** 52)), both(2 ** 52 + 1023 - exponent))),
    set(f, sub(i64x2.add(v128.and(get(moved), bits(0xfffff, 0xffffffff)), bits(ROOT_HALF, 0)), both(1))),
    set(s, div(get(f), add(get(f), both(2)))),
    set(z, mul(get(s), get(s))),
    set(w, mul(get(z), get(z))),
    set(half, mul(mul(get(f), get(f)), both(0.5))),
    set(target, add(add(sub(correction, get(half)), get(f)), mul(get(k), both(LN2[0])))),
  ];
}

/** Added to a number below 2^51, it leaves the nearest whole number in the last bits. */
const ROUNDING = 1.5 * 2 ** 52;
/** Pi / 2: its first 33 bits, and the rest. */
const QUARTER = [1.5707963267341256, 6.077100506506192e-11] as const;
const SINE = [
  -0.16666666666666632, 0.00833333333332249, -0.0001984126982985795, 0.0000027557313707070068, -2.5050760253406863e-8,
  1.58969099521155e-10,
] as const;
const COSINE = [
  0.0416666666666666, -0.001388888888887411, 0.00002480158728947673, -2.7557314351390663e-7, 2.087572321298175e-9,
  -1.1359647557788195e-11,
] as const;

/** Leaves sine and cosine of `angle`, from 0 to 2 pi, by those of its distance from a multiple of pi / 2. */
export function sineAndCosine(locals: Locals, angle: Code, sine: number, cosine: number): Code[] {
  const { vector } = locals;
  const [turned, quarters, x, z, w] = [vector(), vector(), vector(), vector(), vector()];
  const [sineOfX, half, inner, cosineOfX, odd] = [vector(), vector(), vector(), vector(), vector()];
  const sineTail = add(
    polynomial(get(z), [SINE[1], SINE[2], SINE[3]]),
    mul(mul(get(z), get(w)), polynomial(get(z), [SINE[4], SINE[5]])),
  );
  const cosineTail = add(
    mul(get(z), polynomial(get(z), COSINE.slice(0, 3))),
    mul(mul(get(w), get(w)), polynomial(get(z), COSINE.slice(3))),
  );
  /** The second bit of a count of quarters as a sign. */
  const sign = (count: Code) => i64x2.shiftLeft(v128.and(count, bits(0, 2)), 62);
  return [
    set(turned, add(mul(angle, both(2 / Math.PI)), both(ROUNDING))),
    set(quarters, sub(get(turned), both(ROUNDING))),
    set(x, sub(sub(angle, mul(get(quarters), both(QUARTER[0]))), mul(get(quarters), both(QUARTER[1])))),
    set(z, mul(get(x), get(x))),
    set(w, mul(get(z), get(z))),
    set(sineOfX, add(get(x), mul(mul(get(z), get(x)), add(both(SINE[0]), mul(get(z), sineTail))))),
    set(half, mul(get(z), both(0.5))),
    set(inner, sub(both(1), get(half))),
    set(cosineOfX, add(get(inner), add(sub(sub(both(1), get(inner)), get(half)), mul(get(z), cosineTail)))),
    set(odd, i64x2.sub(bits(0, 0), v128.and(get(turned), bits(0, 1)))),
    set(sine, v128.xor(v128.select(get(cosineOfX), get(sineOfX), get(odd)), sign(get(turned)))),
    set(
      cosine,
      v128.xor(v128.select(get(sineOfX), get(cosineOfX), get(odd)), sign(i64x2.add(get(turned), bits(0, 1)))),
    ),
  ];
}
