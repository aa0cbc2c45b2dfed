import { describe, expect, test } from "vitest";
import { fitIsoflop } from "../fit/isoflop.js";
import { fitParametric } from "../fit/parametric.js";
import { syntheticStudy } from "../fit/synthetic.js";
import { predictLoss } from "../forecast/forecast.js";
import { chinchilla } from "../laws/chinchilla.js";
import { createRandom } from "../numerics/random.js";
import { predictBesideOptimum } from "./besideOptimum.js";

const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
const budgets = [3e9, 1e10, 3e10, 1e11, 3e11];
const flops = 1e12;
const parameters = 4 * chinchilla.optimum(truth, flops).parameters;
const run = { parameters, tokens: flops / (6 * parameters), flops };
const loss = chinchilla.loss(truth, run.parameters, run.tokens);

describe("a run beside the optimum, by the level of Approach 2 and the shape of L(N, D)", () => {
  test("of exact runs is what the law makes of it, up to the parabola's bias", () => {
    const records = syntheticStudy({ truth, budgets, sizes: 7, width: 4 });
    const fits = [fitIsoflop(records, { resamples: 0 }), fitParametric(records, { resamples: 0 })] as const;
    expect(predictBesideOptimum(...fits, run)).toEqual({ loss: expect.closeTo(loss, 3) });
  });

  test("has intervals that hold the truth and a new run, of a law that is one over all budgets", () => {
    const held = Array.from({ length: 20 }, (_, seed) => {
      const random = createRandom(seed);
      const records = syntheticStudy({ truth, budgets, sizes: 7, width: 16, noise: 0.004, random });
      const two = fitIsoflop(records, { resamples: 100 });
      const { interval95, predictionInterval95 } = predictBesideOptimum(
        two,
        fitParametric(records, { resamples: 100 }),
        run,
      );
      const [low, high] = predictionInterval95!;
      expect(high / low).toBeLessThan(1.1);
      const measured = loss * Math.exp(0.004 * random.normal());
      return [interval95![0] < loss && loss < interval95![1], low < measured && measured < high];
    });
    // Of twenty at 95 %, fewer than sixteen happens three times in a thousand.
    for (const which of [0, 1]) expect(held.filter((both) => both[which]).length).toBeGreaterThanOrEqual(16);
  });

  test("where L(N, D) is off in level from budget to budget, is nearer than L(N, D) by itself", () => {
    // A drift that grows with C, which Approach 2 follows as it looks at each budget by itself.
    const records = syntheticStudy({ truth, budgets, sizes: 7, width: 16 }).map((r) => ({
      ...r,
      loss: r.loss * (1 - 0.004 * Math.log(r.flops / 3e10) ** 2),
    }));
    const target = loss * (1 - 0.004 * Math.log(flops / 3e10) ** 2);
    const [two, three] = [fitIsoflop(records, { resamples: 0 }), fitParametric(records, { resamples: 0 })];
    const alone = Math.abs(Math.log(predictLoss(three, run.parameters, run.tokens).loss / target));
    expect(Math.abs(Math.log(predictBesideOptimum(two, three, run).loss / target))).toBeLessThan(alone);
  });
});
