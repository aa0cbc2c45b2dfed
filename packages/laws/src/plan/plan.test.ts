import { describe, expect, test } from "vitest";
import { fitIsoflop } from "../fit/isoflop.js";
import { fitParametric } from "../fit/parametric.js";
import { syntheticStudy } from "../fit/synthetic.js";
import { chinchilla } from "../laws/chinchilla.js";
import { createRandom } from "../numerics/random.js";
import { publishedLaw, publishedLaws } from "../published/laws.js";
import { lawFromFit } from "./fitLaw.js";
import { inferenceAwareOptimum } from "./inferenceAware.js";
import { plan } from "./plan.js";

const epoch = publishedLaw("besiroglu-2024");

describe("plan", () => {
  test.each(publishedLaws.map((law) => [law.name, law] as const))("%s: plain data, sizes apart cost loss", (_, law) => {
    const result = plan(law, 5.76e23);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    expect(result.compute.pfDays).toBeCloseTo(5.76e23 / 8.64e19, 6);
    expect(result.alternatives.map((a) => a.kind)).toEqual(["half-size", "double-size"]);
    for (const alternative of result.alternatives) {
      expect(alternative.lossPenalty === undefined).toBe(law.loss === undefined);
      if (alternative.lossPenalty !== undefined) expect(alternative.lossPenalty).toBeGreaterThan(0);
      const product = result.optimum.parameters * result.optimum.tokens;
      expect((alternative.parameters * alternative.tokens) / product).toBeCloseTo(1, 12);
    }
  });
  test("by approach 1, Gopher is four times too large and Chinchilla the right size", () => {
    const { comparisons } = plan(publishedLaw("hoffmann-2022-approach-1"), 5.76e23);
    const ratio = (name: string) => comparisons.find((model) => model.name === name)!.sizeRatio;
    expect(ratio("Gopher")).toBeGreaterThan(3.9);
    expect(ratio("Gopher")).toBeLessThan(4.6);
    expect(ratio("Chinchilla")).toBeCloseTo(1, 1);
    expect(ratio("MT-NLG")).toBeGreaterThan(5);
  });
  test("every published model has more loss than the optimum for its compute", () => {
    for (const model of plan(epoch, 1e24).comparisons) expect(model.lossPenalty!).toBeGreaterThan(0);
  });
  test("a fit plans with its intervals; its optimum lies inside them", () => {
    const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
    const random = createRandom(5);
    const records = syntheticStudy({
      truth,
      budgets: [3e9, 1e10, 3e10, 1e11],
      sizes: 7,
      width: 8,
      noise: 0.003,
      random,
    });
    for (const fit of [fitParametric(records, { resamples: 200 }), fitIsoflop(records, { resamples: 200 })]) {
      const { optimum, alternatives } = plan(lawFromFit(fit), 1e12);
      expect(lawFromFit(fit).largestFlops! / 1e11).toBeCloseTo(1, 6);
      expect(lawFromFit(fit).smallestFlops! / 3e9).toBeCloseTo(1, 6);
      const [low, high] = optimum.intervals95!.parameters;
      expect(low).toBeLessThan(optimum.parameters);
      expect(high).toBeGreaterThan(optimum.parameters);
      expect(alternatives[0]!.lossPenalty === undefined).toBe(fit.approach === "2");
    }
  });
  test("a fit asked for a budget far from its own says so in the plan", () => {
    const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
    const records = syntheticStudy({ truth, budgets: [3e9, 1e10, 3e10, 1e11], sizes: 7, width: 8 });
    const law = lawFromFit(fitParametric(records, { resamples: 0 }));
    expect(plan(law, 1e12).notes.join()).not.toMatch(/largest that was fitted/);
    expect(plan(law, 1e24).notes.join()).toMatch(/times the largest that was fitted/);
  });
  test("refuses a budget that is none", () => {
    for (const flops of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => plan(epoch, flops)).toThrow(/budget/);
  });
});

describe("limited data", () => {
  const find = (unique: number) =>
    plan(publishedLaw("muennighoff-2023"), 1e22, { uniqueTokens: unique }).alternatives.find(
      (a) => a.kind === "data-constrained",
    )!;
  test("enough unique tokens change nothing", () => {
    const free = plan(publishedLaw("muennighoff-2023"), 1e22).optimum;
    expect(find(1e13).parameters).toBe(free.parameters);
    expect(find(1e13).lossPenalty).toBe(0);
    expect(find(1e13).epochs).toBe(1);
  });
  test("the scarcer the data, the more epochs and the greater the loss", () => {
    const plans = [1e11, 3e10, 1e10].map(find);
    expect(plans[0]!.epochs!).toBeGreaterThan(1);
    expect(plans[1]!.epochs!).toBeGreaterThan(plans[0]!.epochs!);
    expect(plans[2]!.epochs!).toBeGreaterThan(plans[1]!.epochs!);
    expect(plans[0]!.lossPenalty!).toBeGreaterThan(0);
    expect(plans[2]!.lossPenalty!).toBeGreaterThan(plans[1]!.lossPenalty!);
  });
  test("exhausted data are called so, since their N and passes are arbitrary", () => {
    expect(find(25e9).note).toMatch(/passes over 25B unique tokens/);
    expect(find(1e8).note).toMatch(/exhausted/);
  });
  test("Muennighoff's 25B unique tokens at 1e22 FLOPs: 9.5 epochs for 7.0B parameters", () => {
    expect(find(25e9).epochs!).toBeCloseTo(9.4935, 1);
    expect(find(25e9).parameters / 7022364735.88).toBeCloseTo(1, 2);
  });
  test("a law without loss says that it cannot, and what can", () => {
    expect(() => plan(publishedLaw("kaplan-2020"), 1e22, { uniqueTokens: 1e10 })).toThrow(/predicts no loss/);
    expect(() => plan(epoch, 1e22, { uniqueTokens: -1 })).toThrow(/positive/);
  });
});

describe("serving", () => {
  const optimum = epoch.optimum(1e23);
  test("nothing served: the training optimum", () => {
    const found = inferenceAwareOptimum(epoch.loss!, optimum, 0);
    expect(found.parameters / optimum.parameters).toBeCloseTo(1, 4);
  });
  test("where training is not 6ND, serving costs a third of it, and nothing served is still the training optimum", () => {
    const cost = { coefficient: 30, exponent: 0.9 };
    const best = chinchilla.optimum(epoch.chinchilla!, 1e23, cost);
    const found = inferenceAwareOptimum(epoch.loss!, best, 0, cost);
    expect(found.parameters / best.parameters).toBeCloseTo(1, 4);
    expect(found.totalFlops / 1e23).toBeCloseTo(1, 6);
    const served = inferenceAwareOptimum(epoch.loss!, best, 1e12, cost);
    expect(served.inferenceFlops).toBeCloseTo((30 * served.parameters ** 0.9 * 1e12) / 3, -12);
  });
  test("the more is served, the smaller and longer trained; loss equal, total cost least", () => {
    let previous = optimum.parameters;
    for (const served of [1e11, 1e12, 1e13]) {
      const found = inferenceAwareOptimum(epoch.loss!, optimum, served);
      expect(found.parameters).toBeLessThan(previous);
      expect(found.tokens).toBeGreaterThan(optimum.tokens);
      expect(epoch.loss!(found.parameters, found.tokens)).toBeCloseTo(optimum.loss!, 9);
      // Sardana's optimality: moving along the line of equal loss, by closed form D(N), costs more on either side.
      const p = epoch.chinchilla!;
      const cost = (n: number) => {
        const d = (p.B / (optimum.loss! - p.E - p.A * n ** -p.alpha)) ** (1 / p.beta);
        return 6 * n * d + 2 * n * served;
      };
      expect(cost(found.parameters)).toBeLessThan(cost(found.parameters * 1.02));
      expect(cost(found.parameters)).toBeLessThan(cost(found.parameters * 0.98));
      previous = found.parameters;
    }
  });
});
