/** Points of one curve averaged into narrow bins of x: what a kernel smoother then needs to visit. */
export interface BinnedCurve {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly count: Float64Array;
}

/** Averages points (x ascending) into bins of the given width, keeping each bin's mean x, mean y and count. */
export function binCurve(x: ArrayLike<number>, y: ArrayLike<number>, width: number): BinnedCurve {
  const bins: { x: number; y: number; count: number; index: number }[] = [];
  for (let i = 0; i < x.length; i++) {
    const index = Math.floor(x[i]! / width);
    const last = bins.at(-1);
    if (last && last.index === index) {
      last.x += x[i]!;
      last.y += y[i]!;
      last.count++;
    } else bins.push({ x: x[i]!, y: y[i]!, count: 1, index });
  }
  return {
    x: Float64Array.from(bins, (bin) => bin.x / bin.count),
    y: Float64Array.from(bins, (bin) => bin.y / bin.count),
    count: Float64Array.from(bins, (bin) => bin.count),
  };
}

/**
 * Local-linear regression with a Gaussian kernel of standard deviation `bandwidth`, evaluated at `at` (Fan & Gijbels
 * 1996). Unlike a kernel average it has no bias of first order at the ends of the curve, where a training run is at its
 * best. Where fewer than two bins fall within three bandwidths, it widens to the nearest two (linear interpolation).
 */
export function localLinear(curve: BinnedCurve, at: number, bandwidth: number): number {
  const { x, y, count } = curve;
  const n = x.length;
  if (n === 0) return Number.NaN;
  if (n === 1) return y[0]!;
  let first = lowerBound(x, at - 3 * bandwidth);
  let end = lowerBound(x, at + 3 * bandwidth);
  let width = bandwidth;
  if (end - first < 2) {
    const right = Math.min(Math.max(lowerBound(x, at), 1), n - 1);
    first = right - 1;
    end = right + 1;
    width = Math.max(bandwidth, Math.abs(at - x[first]!), Math.abs(at - x[right]!));
  }
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let t0 = 0;
  let t1 = 0;
  for (let i = first; i < end; i++) {
    const d = x[i]! - at;
    const w = count[i]! * Math.exp(-0.5 * (d / width) ** 2);
    s0 += w;
    s1 += w * d;
    s2 += w * d * d;
    t0 += w * y[i]!;
    t1 += w * d * y[i]!;
  }
  const determinant = s0 * s2 - s1 * s1;
  return determinant > 1e-12 * s0 * s2 ? (s2 * t0 - s1 * t1) / determinant : t0 / s0;
}

/** Index of the first element >= value in an ascending sequence. */
export function lowerBound(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
