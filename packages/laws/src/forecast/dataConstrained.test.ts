import { describe, expect, test } from "vitest";
import { fitDataConstrained } from "../fit/dataConstrained.js";
import { chinchilla } from "../laws/chinchilla.js";
import { dataConstrained } from "../laws/dataConstrained.js";
import { createRandom } from "../numerics/random.js";
import { lawFromFit } from "../plan/fitLaw.js";
import { plan } from "../plan/plan.js";
import { publishedLaw } from "../published/laws.js";
import { muennighoffConstants } from "../published/muennighoff.js";
import type { RunRecord } from "../record.js";
import { forecastDataConstrained, predictDataConstrained } from "./dataConstrained.js";

const truth = { ...muennighoffConstants, RD: 30, RN: 3 };
const random = createRandom(6);
const records = [1e8, 1e9, 1e10].flatMap((uniqueTokens) =>
  [0.01, 0.05, 0.3].flatMap((size) =>
    [1, 4, 16, 60].map((epochs): RunRecord => {
      const [parameters, tokens] = [size * uniqueTokens, epochs * uniqueTokens];
      const loss = dataConstrained(uniqueTokens).loss(truth, parameters, tokens) * Math.exp(0.004 * random.normal());
      return {
        id: `${uniqueTokens}/${size}/${epochs}`,
        parameters,
        tokens,
        flops: 6 * parameters * tokens,
        loss,
        uniqueTokens,
      };
    }),
  ),
);
const fit = fitDataConstrained(records, {
  base: muennighoffConstants,
  baseName: "muennighoff-2023",
  loss: "mse",
  resamples: 200,
});

describe("forecast on few unique tokens", () => {
  test("is the law's optimum, inside intervals that hold the truth's", () => {
    const { optimum, intervals95, predictionInterval95 } = forecastDataConstrained(fit, 1e22, { uniqueTokens: 2.5e10 });
    expect(optimum).toMatchObject(dataConstrained(2.5e10).optimum(fit.parameters, 1e22));
    expect(optimum.epochs).toBeCloseTo(optimum.tokens / 2.5e10, 12);
    const own = dataConstrained(2.5e10).optimum(truth, 1e22);
    for (const of of ["parameters", "tokens", "loss"] as const) {
      const [low, high] = intervals95![of]!;
      expect(low).toBeLessThan(optimum[of]);
      expect(high).toBeGreaterThan(optimum[of]);
      expect(low / own[of]!).toBeLessThan(1.05);
      expect(high / own[of]!).toBeGreaterThan(0.95);
    }
    expect(intervals95!.epochs[1]).toBeCloseTo(intervals95!.tokens[1] / 2.5e10, 9);
    // One run's noise is 0.4 %, far above what the fit leaves open of the mean.
    const [low, high] = predictionInterval95!;
    expect(high / low).toBeGreaterThan(1.01);
    expect(high / low).toBeLessThan(1.03);
  });
  test("with tokens to spare it is Chinchilla's optimum, in one pass", () => {
    const { optimum } = forecastDataConstrained(fit, 1e20);
    const free = chinchilla.optimum(muennighoffConstants, 1e20);
    expect(optimum).toEqual({ ...free, epochs: 1 });
    expect(forecastDataConstrained(fit, 1e20, { uniqueTokens: 1e13 }).optimum).toEqual(optimum);
  });
  test("any run's loss, between its draws; impossible questions are refused", () => {
    const found = predictDataConstrained(fit, 6.34e9, 242e9, { uniqueTokens: 25e9 });
    expect(found.loss).toBe(dataConstrained(25e9).loss(fit.parameters, 6.34e9, 242e9));
    expect(found.interval95![0]).toBeLessThan(found.loss);
    expect(found.interval95![1]).toBeGreaterThan(found.loss);
    expect(() => forecastDataConstrained(fit, 0)).toThrow(/positive/);
    expect(() => forecastDataConstrained(fit, 1e20, { uniqueTokens: -1 })).toThrow(/positive/);
    expect(forecastDataConstrained(fit, 1e26).warnings.map((w) => w.code)).toEqual(["extrapolation"]);
  });
});

describe("plan on few unique tokens", () => {
  const alternative = (law: Parameters<typeof plan>[0]) =>
    plan(law, 1e22, { uniqueTokens: 2.5e10 }).alternatives.find((one) => one.kind === "data-constrained")!;
  test("takes the fit's own R_D* and R_N*, with intervals, and says so", () => {
    const found = alternative(lawFromFit(fit));
    const { optimum, intervals95 } = forecastDataConstrained(fit, 1e22, { uniqueTokens: 2.5e10 });
    expect(found.parameters).toBe(optimum.parameters);
    expect(found.loss).toBe(optimum.loss);
    expect(found.intervals95).toEqual(intervals95);
    expect(found.note).toMatch(/of this fit \(36 runs/);
    const whole = plan(lawFromFit(fit), 1e22, { uniqueTokens: 2.5e10 });
    expect(JSON.parse(JSON.stringify(whole))).toEqual(whole);
    expect(whole.notes.join(" ")).toMatch(/base, muennighoff-2023, was held fixed/);
  });
  test("takes Muennighoff's for every other law, and says so", () => {
    expect(alternative(publishedLaw("besiroglu-2024")).note).toMatch(
      /R_D\* 15\.39 and R_N\* 5\.31 are of Muennighoff et al\. 2023, who fitted them upon another law; they come without/,
    );
    expect(alternative(publishedLaw("muennighoff-2023")).note).not.toMatch(/another law/);
  });
});
