/**
 * How repeating loses value, Muennighoff et al. 2023: "exponential" is their law (equation 5), R* (1 - exp(-R/R*)).
 * "geometric" is what they derive it from in appendix A: each repeat is worth 1 - delta of the one before, so R repeats
 * are worth (1 - delta)/delta (1 - (1 - delta)^R), with R* = (1 - delta)/delta. They fit both.
 */
export type DecayForm = "exponential" | "geometric";

/** R* at and beyond which repeating loses nothing: a finite number, so that it survives JSON. */
export const NO_DECAY = 1e12;

/** delta = 1/(1 + R*), between 0 (no decay) and 1 (a repeat is worth nothing). */
export function decayOfScale(scale: number): number {
  return scale >= NO_DECAY ? 0 : 1 / (1 + scale);
}

/** R* = (1 - delta)/delta, at most NO_DECAY. */
export function scaleOfDecay(delta: number): number {
  return Math.min((1 - delta) / delta, NO_DECAY);
}

/** Rate of exp(-rate R) and the factor by which w(R) = (1 - exp(-rate R)) / divisor, for one R*. */
interface DecayRate {
  readonly rate: number;
  readonly divisor: number;
}

export function decayRate(scale: number, form: DecayForm): DecayRate {
  const divisor = scale >= NO_DECAY ? 0 : 1 / scale;
  return { rate: form === "exponential" ? divisor : Math.log1p(divisor), divisor };
}

/** What R >= 0 repeats are worth, in units of what is repeated. At rate 0 (R* infinite) they are worth R. */
export function worthOfRepeats(repeats: number, { rate, divisor }: DecayRate): number {
  if (repeats === 0) return 0;
  return rate === 0 ? repeats : -Math.expm1(-rate * repeats) / divisor;
}

/** Of the worth of R repeats: the value, its first and second derivative by delta, and its derivative by R. */
export type WorthDerivatives = [value: number, first: number, second: number, byRepeats: number];

/** Fills `out` for delta in [0, 1). */
export function worthDerivatives(repeats: number, delta: number, form: DecayForm, out: WorthDerivatives): void {
  const kept = 1 - delta;
  const exponential = form === "exponential";
  // The rate of exp(-rate R), with its derivatives by delta: 1/R* = delta/(1 - delta), or -ln(1 - delta).
  const rate = exponential ? delta / kept : -Math.log1p(-delta);
  const rate1 = exponential ? 1 / (kept * kept) : 1 / kept;
  const rate2 = exponential ? 2 / kept ** 3 : 1 / (kept * kept);
  const x = rate * repeats;
  const decayed = Math.exp(-x);
  // f(x) = (1 - exp(-x))/x with f' and f'': below 0.2, where the closed forms cancel, by the series.
  let [value, first, second] = [0, 0, 0];
  if (x >= 0.2) {
    value = (1 - decayed) / x;
    first = ((1 + x) * decayed - 1) / (x * x);
    second = (2 - (x * x + 2 * x + 2) * decayed) / (x * x * x);
  } else {
    // Horner's rule for the polynomial and its derivatives.
    for (let k = SERIES.length - 1; k >= 0; k--) {
      second = second * x + 2 * first;
      first = first * x + value;
      value = value * x + SERIES[k]!;
    }
  }
  value *= repeats;
  first *= repeats * repeats;
  second *= repeats * repeats * repeats;
  let byRepeats = decayed;
  if (!exponential) {
    // (1 - exp(-q R)) / (exp(q) - 1) is the exponential form at rate q, times q / (exp(q) - 1).
    const [b, b1, b2] = bernoulli(rate);
    second = second * b + 2 * first * b1 + value * b2;
    first = first * b + value * b1;
    value *= b;
    byRepeats *= b;
  }
  out[0] = value;
  out[1] = first * rate1;
  out[2] = second * rate1 * rate1 + first * rate2;
  out[3] = byRepeats;
}

/** (-1)^k / (k + 1)!, the coefficients of f. */
const SERIES = Array.from({ length: 12 }, (_, k) => {
  let factorial = 1;
  for (let j = 2; j <= k + 1; j++) factorial *= j;
  return (k % 2 === 0 ? 1 : -1) / factorial;
});

/** b(q) = q/(exp(q) - 1) with b' and b''; its series in Bernoulli numbers below 0.2. */
function bernoulli(q: number): [number, number, number] {
  if (q < 0.2) {
    const s = q * q;
    return [
      1 - q / 2 + s / 12 - s ** 2 / 720 + s ** 3 / 30_240 - s ** 4 / 1_209_600,
      -1 / 2 + q / 6 - (q * s) / 180 + (q * s ** 2) / 5040 - (q * s ** 3) / 151_200,
      1 / 6 - s / 60 + s ** 2 / 1008 - s ** 3 / 21_600,
    ];
  }
  const b = q / Math.expm1(q);
  const b1 = (b * (1 - q - b)) / q;
  return [b, b1, (b1 * (1 - q - b) - b * (1 + b1) - b1) / q];
}
