/**
 * A piecewise cubic through points, with the slopes of Akima 1970 (J. ACM 17, 589): an outlying point bends only the
 * pieces next to it, where a natural cubic spline would ring.
 */
export interface AkimaSpline {
  /** Knots, strictly ascending. */
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** dy/dx at the knots. */
  readonly slopes: Float64Array;
}

/** A minimum of a spline over its whole range. */
export interface SplineMinimum {
  readonly x: number;
  readonly y: number;
  /** Second derivative there; at a knot, of the piece to the left. */
  readonly curvature: number;
  /** Whether it is the first or the last knot: then the true minimum may lie outside. */
  readonly edge: boolean;
}

/**
 * Slopes at the knots: a mean of the slopes of the neighbouring pieces, each weighted by how much the slope changes on
 * the other side; two pieces are added at each end with slopes extrapolated linearly. As SciPy's Akima1DInterpolator,
 * also where the weights vanish (equal slopes on both sides): there half the sum of the outer slopes.
 * @param x at least two values, strictly ascending
 */
export function akimaSpline(x: ArrayLike<number>, y: ArrayLike<number>): AkimaSpline {
  const count = x.length;
  const slopes = new Float64Array(count);
  const m = new Float64Array(count + 3);
  for (let i = 0; i + 1 < count; i++) m[i + 2] = (y[i + 1]! - y[i]!) / (x[i + 1]! - x[i]!);
  if (count === 2) return { x, y, slopes: slopes.fill(m[2]!) };
  m[1] = 2 * m[2]! - m[3]!;
  m[0] = 2 * m[1]! - m[2]!;
  m[count + 1] = 2 * m[count]! - m[count - 1]!;
  m[count + 2] = 2 * m[count + 1]! - m[count]!;
  let largest = 0;
  for (let i = 0; i < count; i++) {
    largest = Math.max(largest, Math.abs(m[i + 3]! - m[i + 2]!) + Math.abs(m[i + 1]! - m[i]!));
  }
  for (let i = 0; i < count; i++) {
    const right = Math.abs(m[i + 3]! - m[i + 2]!);
    const left = Math.abs(m[i + 1]! - m[i]!);
    slopes[i] =
      right + left > 1e-9 * largest ? (right * m[i + 1]! + left * m[i + 2]!) / (right + left) : (m[i]! + m[i + 3]!) / 2;
  }
  return { x, y, slopes };
}

/** Cubic of piece i in u = x - x[i]: y[i] + slopes[i] u + c u^2 + d u^3. */
function pieceOf({ x, y, slopes }: AkimaSpline, i: number): readonly [width: number, c: number, d: number] {
  const width = x[i + 1]! - x[i]!;
  const rise = (y[i + 1]! - y[i]!) / width;
  const c = (3 * rise - 2 * slopes[i]! - slopes[i + 1]!) / width;
  const d = (slopes[i]! + slopes[i + 1]! - 2 * rise) / width ** 2;
  return [width, c, d];
}

/** Index of the piece that holds `at`; the outer pieces for what lies outside. */
function pieceAt(x: ArrayLike<number>, at: number): number {
  let i = 0;
  while (i + 2 < x.length && x[i + 1]! <= at) i++;
  return i;
}

/** Value of the spline; its outer cubics carried on outside. */
export function evaluateAkima(spline: AkimaSpline, at: number): number {
  const i = pieceAt(spline.x, at);
  const [, c, d] = pieceOf(spline, i);
  const u = at - spline.x[i]!;
  return spline.y[i]! + u * (spline.slopes[i]! + u * (c + u * d));
}

/** First derivative of the spline. */
export function akimaSlope(spline: AkimaSpline, at: number): number {
  const i = pieceAt(spline.x, at);
  const [, c, d] = pieceOf(spline, i);
  const u = at - spline.x[i]!;
  return spline.slopes[i]! + u * (2 * c + u * 3 * d);
}

/** The least value over the whole range, exactly: the knots and the inner stationary points of every cubic. */
export function akimaMinimum(spline: AkimaSpline): SplineMinimum {
  const { x, y, slopes } = spline;
  const last = x.length - 1;
  let best: SplineMinimum = { x: x[0]!, y: y[0]!, curvature: 2 * pieceOf(spline, 0)[1], edge: true };
  for (let i = 0; i < last; i++) {
    const [width, c, d] = pieceOf(spline, i);
    const u = stationaryMinimum(slopes[i]!, c, d);
    if (u !== undefined && u > 0 && u < width) {
      const value = y[i]! + u * (slopes[i]! + u * (c + u * d));
      if (value < best.y) best = { x: x[i]! + u, y: value, curvature: 2 * c + 6 * d * u, edge: false };
    }
    if (y[i + 1]! < best.y) {
      best = { x: x[i + 1]!, y: y[i + 1]!, curvature: 2 * c + 6 * d * width, edge: i + 1 === last };
    }
  }
  return best;
}

/** Where slope + 2 c u + 3 d u^2 passes zero from below, in the form that does not cancel. */
function stationaryMinimum(slope: number, c: number, d: number): number | undefined {
  const discriminant = c * c - 3 * d * slope;
  if (!(discriminant > 0)) return undefined;
  const root = Math.sqrt(discriminant);
  return c > 0 ? -slope / (c + root) : (root - c) / (3 * d);
}
