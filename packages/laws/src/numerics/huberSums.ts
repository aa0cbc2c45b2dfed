/** Number of columns; unused ones are held by bounds of zero. */
export const COLUMNS = 5;
type Columns = readonly [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

/** Residuals that are linear in a step p: t_i(p) = residual_i + sum_k columns[k]_i p_k, for i < count. */
export interface LinearResiduals {
  readonly count: number;
  readonly weight: Float64Array;
  readonly residual: Float64Array;
  readonly columns: Columns;
}

/** Further terms of the objective, linear . p + p' curvature p / 2 (5, and 5 x 5 row-major), and the box that holds p. */
export interface StepModel {
  readonly linear: Float64Array;
  readonly curvature: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Value, gradient and Hessian (lower triangle) at p. `inside` is scratch. In scalars: here the bootstrap spends its time. */
export function evaluate(
  rows: LinearResiduals,
  delta: number,
  model: StepModel,
  scale: number,
  p: Float64Array,
  gradient: Float64Array,
  hessian: Float64Array,
  inside: Int32Array,
): number {
  const { residual, weight, columns, count } = rows;
  const [c0, c1, c2, c3, c4] = columns;
  const p0 = p[0]!;
  const p1 = p[1]!;
  const p2 = p[2]!;
  const p3 = p[3]!;
  const p4 = p[4]!;
  let value = 0;
  let g0 = 0;
  let g1 = 0;
  let g2 = 0;
  let g3 = 0;
  let g4 = 0;
  let members = 0;
  for (let i = 0; i < count; i++) {
    const a = c0[i]!;
    const b = c1[i]!;
    const c = c2[i]!;
    const d = c3[i]!;
    const e = c4[i]!;
    const t = residual[i]! + a * p0 + b * p1 + c * p2 + d * p3 + e * p4;
    const size = Math.abs(t);
    let pull = weight[i]! * t;
    if (size <= delta) {
      value += 0.5 * pull * t;
      inside[members++] = i;
    } else {
      // The sign by division: a branch on it would be guessed wrong every other time.
      pull *= delta / size;
      value += pull * t - 0.5 * weight[i]! * delta * delta;
    }
    g0 += pull * a;
    g1 += pull * b;
    g2 += pull * c;
    g3 += pull * d;
    g4 += pull * e;
  }
  let h00 = 0;
  let h10 = 0;
  let h11 = 0;
  let h20 = 0;
  let h21 = 0;
  let h22 = 0;
  let h30 = 0;
  let h31 = 0;
  let h32 = 0;
  let h33 = 0;
  let h40 = 0;
  let h41 = 0;
  let h42 = 0;
  let h43 = 0;
  let h44 = 0;
  for (let k = 0; k < members; k++) {
    const i = inside[k]!;
    const w = weight[i]!;
    const a = c0[i]!;
    const b = c1[i]!;
    const c = c2[i]!;
    const d = c3[i]!;
    const e = c4[i]!;
    const wa = w * a;
    const wb = w * b;
    const wc = w * c;
    const wd = w * d;
    h00 += wa * a;
    h10 += wa * b;
    h11 += wb * b;
    h20 += wa * c;
    h21 += wb * c;
    h22 += wc * c;
    h30 += wa * d;
    h31 += wb * d;
    h32 += wc * d;
    h33 += wd * d;
    h40 += wa * e;
    h41 += wb * e;
    h42 += wc * e;
    h43 += wd * e;
    h44 += w * e * e;
  }
  hessian[0] = h00;
  hessian[5] = h10;
  hessian[6] = h11;
  hessian[10] = h20;
  hessian[11] = h21;
  hessian[12] = h22;
  hessian[15] = h30;
  hessian[16] = h31;
  hessian[17] = h32;
  hessian[18] = h33;
  hessian[20] = h40;
  hessian[21] = h41;
  hessian[22] = h42;
  hessian[23] = h43;
  hessian[24] = h44;
  gradient[0] = g0;
  gradient[1] = g1;
  gradient[2] = g2;
  gradient[3] = g3;
  gradient[4] = g4;
  const { linear, curvature } = model;
  for (let r = 0; r < COLUMNS; r++) {
    let bend = 0;
    for (let s = 0; s < COLUMNS; s++) bend += curvature[r * COLUMNS + s]! * p[s]!;
    value += scale * p[r]! * (linear[r]! + 0.5 * bend);
    gradient[r]! += scale * (linear[r]! + bend);
    for (let s = 0; s <= r; s++) hessian[r * COLUMNS + s]! += scale * curvature[r * COLUMNS + s]!;
  }
  return value;
}

export function sumOfHuber(rows: LinearResiduals, delta: number): number {
  let sum = 0;
  for (let i = 0; i < rows.count; i++) {
    const size = Math.abs(rows.residual[i]!);
    sum += rows.weight[i]! * (size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta));
  }
  return sum;
}

/** sum_i w_i min(1, delta / |t_i|) c_i c_i' (5 x 5): the quadratic that touches the objective from above at p. */
export function touchingMetric(rows: LinearResiduals, delta: number, p: Float64Array, metric: Float64Array): void {
  const { columns } = rows;
  metric.fill(0);
  for (let i = 0; i < rows.count; i++) {
    let t = rows.residual[i]!;
    for (let k = 0; k < COLUMNS; k++) t += columns[k]![i]! * p[k]!;
    const size = Math.abs(t);
    const weight = rows.weight[i]! * (size <= delta ? 1 : delta / size);
    for (let r = 0; r < COLUMNS; r++) {
      const product = weight * columns[r]![i]!;
      for (let s = 0; s <= r; s++) metric[r * COLUMNS + s]! += product * columns[s]![i]!;
    }
  }
  for (let r = 0; r < COLUMNS; r++) {
    for (let s = 0; s < r; s++) metric[s * COLUMNS + r] = metric[r * COLUMNS + s]!;
  }
}
