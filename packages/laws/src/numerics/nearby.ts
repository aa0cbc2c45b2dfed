import { ROW } from "./huberSums.js";

// Over rows of cells, a loop in each function: called in a loop of another's, they are not always compiled into it.

// The compiler knows a module's own constants, and looks imported ones up at every use.
const CELLS = ROW;

/** Largest |x| of timesExpNear0. */
export const EXP_REACH = 1 / 4;

/**
 * to = s e^x to rounding, x = step f, for |x| <= 1/4; f, s and `to` are cells of all rows. Twelve terms of the series, even and
 * odd ones apart: a third of Math.exp's time.
 */
export function timesExpNear0(
  from: Float64Array,
  f: number,
  step: number,
  s: number,
  out: Float64Array,
  to: number,
  count: number,
): void {
  const end = count * CELLS;
  for (let o = 0; o < end; o += CELLS) {
    const x = step * from[o + f]!;
    const q = x * x;
    const even = 1 + q * (1 / 2 + q * (1 / 24 + q * (1 / 720 + q * (1 / 40320 + q * (1 / 3628800)))));
    const odd = 1 + q * (1 / 6 + q * (1 / 120 + q * (1 / 5040 + q * (1 / 362880 + q * (1 / 39916800)))));
    out[o + to] = from[o + s]! * (even + x * odd);
  }
}

/** Largest |z| of log1pNear0. */
export const LOG_REACH = 1 / 25;

/** ln(1 + z) for |z| <= 1/25, to rounding: 2 artanh(z / (2 + z)) by its series. A third of Math.log's time. */
export function log1pNear0(z: number): number {
  const s = z / (2 + z);
  const q = s * s;
  return 2 * s * (1 + q * (1 / 3 + q * (1 / 5 + q * (1 / 7 + q * (1 / 9)))));
}
