import { describe, expect, test } from "vitest";
import {
  decayOfScale,
  decayRate,
  NO_DECAY,
  scaleOfDecay,
  type WorthDerivatives,
  worthDerivatives,
  worthOfRepeats,
} from "./forms/repetition.js";

const forms = ["exponential", "geometric"] as const;

describe.each(forms)("%s decay", (form) => {
  const worth = (repeats: number, scale: number) => worthOfRepeats(repeats, decayRate(scale, form));
  test("the first repeats are worth nearly what they repeat, all of them no more than R*", () => {
    expect(worth(1e-6, 15) / 1e-6).toBeCloseTo(form === "exponential" ? 1 : 15 * Math.log(16 / 15), 6);
    expect(worth(1e9, 15)).toBeCloseTo(15, 10);
    expect(worth(0, 15)).toBe(0);
  });
  test("without decay R repeats are worth R, at NO_DECAY as at infinity", () => {
    expect(worth(9000, Number.POSITIVE_INFINITY)).toBe(9000);
    expect(worth(9000, NO_DECAY)).toBe(9000);
    expect(scaleOfDecay(0)).toBe(NO_DECAY);
    expect(decayOfScale(NO_DECAY)).toBe(0);
    expect(scaleOfDecay(decayOfScale(15.387756))).toBeCloseTo(15.387756, 12);
  });
  const grid = [1e-3, 0.3, 1, 7, 300, 9000].flatMap((repeats) =>
    [1e-7, 1e-4, 0.01, 0.06, 0.15, 0.17, 0.19, 0.3, 0.9].map((delta) => [repeats, delta] as const),
  );
  test.each(grid)("derivatives agree with finite differences at R = %d, delta = %d", (repeats, delta) => {
    const out: WorthDerivatives = [0, 0, 0, 0];
    const at = (d: number, r = repeats): WorthDerivatives => {
      worthDerivatives(r, d, form, out);
      return [...out];
    };
    // Half a repeat's decay, or a thousandth of delta.
    const h = 1e-3 * Math.min(delta, 1 - delta);
    const central = (f: (d: number) => number) =>
      (4 * (f(delta + h / 2) - f(delta - h / 2)) - (f(delta + h) - f(delta - h)) / 2) / (3 * h);
    const [value, first, second, byRepeats] = at(delta);
    expect(value / worth(repeats, (1 - delta) / delta)).toBeCloseTo(1, 11);
    // Where a curve is almost straight in delta, its difference is of the order of rounding.
    const rounding = (1e-12 * value) / h;
    expect(Math.abs(first - central((d) => at(d)[0]))).toBeLessThan(1e-6 * Math.abs(first) + rounding);
    expect(Math.abs(second - central((d) => at(d)[1]))).toBeLessThan(
      1e-6 * Math.abs(second) + (1e-11 * Math.abs(first)) / h,
    );
    const k = 1e-4 * repeats;
    const slope = (at(delta, repeats + k)[0] - at(delta, repeats - k)[0]) / (2 * k);
    expect(Math.abs(byRepeats - slope)).toBeLessThan(1e-5 * Math.abs(byRepeats) + (1e-12 * value) / k);
  });
});

test("geometric decay is the sum of repeats each worth 1 - delta of the one before", () => {
  const delta = 0.37;
  let sum = 0;
  for (let repeat = 1; repeat <= 12; repeat++) {
    sum += (1 - delta) ** repeat;
    expect(worthOfRepeats(repeat, decayRate(scaleOfDecay(delta), "geometric"))).toBeCloseTo(sum, 12);
  }
});
