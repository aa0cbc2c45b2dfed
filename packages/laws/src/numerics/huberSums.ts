/** Number of columns; unused ones are held by bounds of zero. */
export const COLUMNS = 5;
/** Cells of a row. All of a row in one array: the processor fetches it whole, and there is one array to check bounds of. */
export const ROW = 8;

/**
 * Residuals that are linear in a step p: t_i(p) = r_i + sum_k c_ik p_k, for i < count. The cells of a row are r, its five
 * columns c, its weight w, and one that whoever works on it may use.
 */
export interface LinearResiduals {
  readonly count: number;
  readonly cells: Float64Array;
}

/** to = from. For a handful of numbers a loop takes a tenth of what the call of a built-in does. */
export function copy(from: Float64Array, to: Float64Array): void {
  for (let i = 0; i < from.length; i++) to[i] = from[i]!;
}

/** sum_i w_i Huber_delta(r_i). */
export function sumOfHuber({ cells, count }: LinearResiduals, delta: number): number {
  let sum = 0;
  const end = count * ROW;
  for (let o = 0; o < end; o += ROW) {
    const size = Math.abs(cells[o]!);
    sum += cells[o + 6]! * (size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta));
  }
  return sum;
}

/** sum_i w_i min(1, delta / |t_i|) c_i c_i' (5 x 5): the quadratic that touches the objective from above at p. */
export function touchingMetric(
  { cells, count }: LinearResiduals,
  delta: number,
  p: Float64Array,
  metric: Float64Array,
): void {
  metric.fill(0);
  const end = count * ROW;
  for (let o = 0; o < end; o += ROW) {
    let t = cells[o]!;
    for (let k = 0; k < COLUMNS; k++) t += cells[o + 1 + k]! * p[k]!;
    const size = Math.abs(t);
    const weight = cells[o + 6]! * (size <= delta ? 1 : delta / size);
    for (let r = 0; r < COLUMNS; r++) {
      const product = weight * cells[o + 1 + r]!;
      for (let s = 0; s <= r; s++) metric[r * COLUMNS + s]! += product * cells[o + 1 + s]!;
    }
  }
  for (let r = 0; r < COLUMNS; r++) {
    for (let s = 0; s < r; s++) metric[s * COLUMNS + r] = metric[r * COLUMNS + s]!;
  }
}
