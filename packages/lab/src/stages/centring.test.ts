import { chinchilla, createRandom, type RunRecord } from "@isoflop/laws";
import { describe, expect, it } from "vitest";
import { spaced } from "../study/designs/fields.js";
import { extension, missingSide, nextCentre } from "./centring.js";

const LAW = { E: 1.2, A: 20, alpha: 0.35, B: 60, beta: 0.37 };
const best = (budget: number) => chinchilla.optimum(LAW, budget).parameters;
const convention = { parameters: "total", flops: "6N" } as const;

/** A profile of seven sizes over a factor of eight, its middle off the optimum by a factor. */
function profile(budget: number, off = 1, noise: () => number = () => 0): RunRecord[] {
  return spaced((off * best(budget)) / Math.sqrt(8), off * best(budget) * Math.sqrt(8), 7).map((parameters) => {
    const tokens = budget / (6 * parameters);
    const loss = chinchilla.loss(LAW, parameters, tokens) * Math.exp(noise());
    return { id: `${budget}-${parameters}`, parameters, tokens, flops: budget, budget, loss, seed: 0 };
  });
}
const next = (budget: number, records: readonly RunRecord[], exponent = 0.5) =>
  nextCentre(budget, records, { exponent, convention });

describe("the next centre", () => {
  it("is Approach 2's forecast minimum where the minima determine its exponent, with its interval", () => {
    const random = createRandom(2);
    const noisy = [1e11, 2e11, 4e11].flatMap((budget) => profile(budget, 1, () => 0.001 * random.normal()));
    const centre = next(8e11, noisy);
    expect(centre?.by).toBe("forecast");
    expect(Math.abs(Math.log((centre?.parameters ?? 0) / best(8e11)))).toBeLessThan(0.1);
    const [low = 0, high = 0] = centre?.interval95 ?? [];
    expect(low).toBeLessThan(centre?.parameters ?? 0);
    expect(high).toBeGreaterThan(centre?.parameters ?? 0);
    // The same runs give the same centre: a restart may not move it.
    expect(next(8e11, noisy)).toEqual(centre);
    const beside = { id: "beside", parameters: 1e4, tokens: 1e6, flops: 6e10, loss: 2, seed: 0 };
    expect(next(8e11, [...noisy, beside])).toEqual(centre);
  });

  it("is the last minimum carried on by the study's exponent where they do not", () => {
    const one = next(4e11, profile(1e11), 0.4);
    expect(one).toMatchObject({ by: "minimum", why: expect.stringMatching(/N ∝ C\^0\.4/) });
    expect(Math.abs(Math.log((one?.parameters ?? 0) / (best(1e11) * 4 ** 0.4)))).toBeLessThan(0.03);
    // A profile without a minimum is passed over for the one before it.
    const edge = [...profile(1e11), ...profile(2e11, 1 / 8)];
    expect(next(4e11, edge)?.by).toBe("minimum");
  });

  it("is the size of least loss where no profile has a minimum inside, and nothing without runs", () => {
    const edge = profile(1e11, 1 / 8);
    const largest = edge.at(-1)?.parameters ?? 0;
    const centre = next(4e11, edge);
    expect(centre?.by).toBe("least loss");
    expect(centre?.parameters).toBeCloseTo(2 * largest, 6);
    expect(next(4e11, [])).toBeUndefined();
  });
});

describe("a profile whose minimum is at an edge", () => {
  it("is said to lack the sizes on that side; one with its minimum inside lacks none", () => {
    expect(missingSide(1e11, profile(1e11))).toBeUndefined();
    expect(missingSide(1e11, profile(1e11, 1 / 6))).toBe("larger");
    expect(missingSide(1e11, profile(1e11, 6))).toBe("smaller");
    expect(missingSide(1e11, profile(1e11).slice(0, 2))).toBeUndefined();
    expect(missingSide(1e11, [])).toBeUndefined();
  });

  it("gets half as many sizes again beyond its end, at the same spacing", () => {
    const sizes = spaced(1000, 8000, 7);
    const step = 8 ** (1 / 6);
    const larger = extension(sizes, "larger", { sizes: 7, span: 8 });
    larger.forEach((size, i) => void expect(size).toBeCloseTo(8000 * step ** (i + 1), 6));
    expect(larger).toHaveLength(4);
    const smaller = extension(sizes, "smaller", { sizes: 7, span: 8 });
    smaller.forEach((size, i) => void expect(size).toBeCloseTo(1000 / step ** (4 - i), 6));
  });
});
