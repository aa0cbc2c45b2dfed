import { createRandom } from "@isoflop/laws";
import { describe, expect, it } from "vitest";
import { searchMinimum, type Trial } from "./search.js";

/** Loss 2 + bend ln(value / best)² + noise. */
function valley(best: number, bend: number, noise: () => number = () => 0) {
  const calls: number[][] = [];
  const evaluate = async (values: readonly number[], seed: number): Promise<Trial[]> => {
    calls.push(values.map((value) => value + 1000 * seed));
    return values.map((at) => ({ at, loss: 2 + bend * Math.log(at / best) ** 2 + noise() }));
  };
  return { calls, evaluate };
}

describe("searchMinimum", () => {
  it.each([0.0056, 0.004, 0.0079, 0.03, 0.0004])(
    "finds a planted minimum at %d exactly without noise",
    async (best) => {
      const { calls, evaluate } = valley(best, 0.05);
      const found = await searchMinimum({ start: 0.0056, evaluate, maxTrials: 20 });
      expect(Math.abs(found.value / best - 1)).toBeLessThan(0.005);
      expect(found.edge).toBeUndefined();
      // Every value is tried once with a seed, and those about the best with two.
      const all = calls.flat();
      expect(new Set(all).size).toBe(all.length);
      expect(found.trials.map(({ at }) => at)).toEqual(all.filter((value) => value < 1000).sort((x, y) => x - y));
      expect(found.trials.filter(({ losses }) => losses.length === 2).length).toBeGreaterThanOrEqual(4);
    },
  );

  it("gives intervals that hold the planted minimum 95 times in a hundred, with noise between runs and between seeds", async () => {
    const random = createRandom(11);
    let given = 0;
    let held = 0;
    let cost = 0;
    for (let i = 0; i < 400; i++) {
      const best = 0.0056 * 2 ** (random.uniform() - 0.5);
      const valleyOfSeed = [0, 1].map((seed) => {
        const level = 0.02 * random.normal();
        return { seed, ...valley(best, 0.05, () => level + 0.004 * random.normal()) };
      });
      const evaluate = (values: readonly number[], seed: number) =>
        valleyOfSeed[seed]?.evaluate(values, seed) ?? Promise.resolve([]);
      const { value, interval95 } = await searchMinimum({ start: 0.0056, evaluate, maxTrials: 12 });
      cost += (0.05 * Math.log(value / best) ** 2) / 400;
      if (interval95 === undefined) continue;
      given++;
      if (interval95[0] <= best && best <= interval95[1]) held++;
    }
    expect(given).toBeGreaterThan(300);
    // Four standard errors of a binomial of 95 %.
    expect(held / given).toBeGreaterThan(0.95 - 4 * Math.sqrt((0.95 * 0.05) / given));
    // What its errors cost in loss, on average, is less than a quarter of the noise of one run.
    expect(cost).toBeLessThan(0.001);
  });

  it("never tries more than it may, and says so when the best is at the end", async () => {
    const { calls, evaluate } = valley(1, 0.05);
    const found = await searchMinimum({ start: 0.001, evaluate, maxTrials: 5 });
    expect(calls.flat()).toHaveLength(5);
    expect(found.edge).toBe("highest");
    expect(found.interval95).toBeUndefined();
    expect(found.value).toBe(0.008);
  });

  it("takes divergence for the worst of losses", async () => {
    const evaluate = async (values: readonly number[]) =>
      values.map((at) => ({ at, loss: at > 0.008 ? Number.POSITIVE_INFINITY : 2 + 0.05 * Math.log(at / 0.005) ** 2 }));
    const found = await searchMinimum({ start: 0.0056, evaluate, maxTrials: 9 });
    expect(Math.abs(found.value / 0.005 - 1)).toBeLessThan(0.01);
  });

  it("counts a value once that several ask for", async () => {
    const evaluate = async (values: readonly number[]) =>
      values.map((value) => {
        const at = 64 * Math.max(1, Math.round(value / 64));
        return { at, loss: 2 + 0.05 * Math.log(at / 64) ** 2 };
      });
    const found = await searchMinimum({ start: 128, evaluate, maxTrials: 9 });
    expect(found.value).toBe(64);
    expect(found.edge).toBe("lowest");
    expect(new Set(found.trials.map(({ at }) => at)).size).toBe(found.trials.length);
  });
});
