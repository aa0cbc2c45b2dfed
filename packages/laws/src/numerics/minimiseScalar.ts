const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Golden-section search for the minimum of a unimodal function on [low, high], to `tolerance` in x. */
export function goldenSection(f: (x: number) => number, low: number, high: number, tolerance = 1e-10): number {
  let a = low;
  let b = high;
  let c = b - GOLDEN * (b - a);
  let d = a + GOLDEN * (b - a);
  let fc = f(c);
  let fd = f(d);
  for (let i = 0; i < 200 && b - a > tolerance; i++) {
    if (fc < fd) {
      b = d;
      d = c;
      fd = fc;
      c = b - GOLDEN * (b - a);
      fc = f(c);
    } else {
      a = c;
      c = d;
      fc = fd;
      d = a + GOLDEN * (b - a);
      fd = f(d);
    }
  }
  return (a + b) / 2;
}

/**
 * Least of `count` evenly spaced values, refined by golden section between its neighbours: for functions that may have
 * several dips.
 */
export function gridThenGolden(
  f: (x: number) => number,
  low: number,
  high: number,
  count: number,
  tolerance?: number,
): number {
  const step = (high - low) / (count - 1);
  let best = low;
  let bestValue = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const x = low + i * step;
    const value = f(x);
    if (value < bestValue) {
      bestValue = value;
      best = x;
    }
  }
  const refined = goldenSection(f, Math.max(low, best - step), Math.min(high, best + step), tolerance);
  return f(refined) <= bestValue ? refined : best;
}

/**
 * Root of a continuous f on [low, high] by bisection; f(low) and f(high) must differ in sign. Undefined if they do not.
 */
export function bisect(f: (x: number) => number, low: number, high: number, tolerance = 1e-12): number | undefined {
  let a = low;
  let b = high;
  const sign = Math.sign(f(a));
  if (sign === 0) return a;
  if (Math.sign(f(b)) === sign) return undefined;
  while (b - a > tolerance * Math.max(1, Math.abs(a))) {
    const middle = (a + b) / 2;
    if (middle <= a || middle >= b) break;
    if (Math.sign(f(middle)) === sign) a = middle;
    else b = middle;
  }
  return (a + b) / 2;
}
