import { describe, expect, it } from "vitest";
import { costOf } from "../execution.js";
import { specs } from "./fixtures/clusterStudy.js";
import { planArrays, planTasks } from "./plan.js";

const costOfTask = (ids: readonly string[]) =>
  specs.filter(({ id }) => ids.includes(id)).reduce((sum, spec) => sum + costOf(spec), 0);

describe("tasks", () => {
  it("hold every run once, no more than asked for, the longest first", () => {
    for (const runsPerTask of [1, 2, 4, 5, 100]) {
      const tasks = planTasks(specs, runsPerTask);
      expect(tasks).toHaveLength(Math.ceil(specs.length / runsPerTask));
      expect(tasks.flat().sort()).toEqual(specs.map(({ id }) => id).sort());
      expect(Math.max(...tasks.map((task) => task.length))).toBeLessThanOrEqual(runsPerTask);
      const costs = tasks.map(costOfTask);
      expect(costs).toEqual([...costs].sort((a, b) => b - a));
    }
  });

  it("take about equally long", () => {
    const [longest = 0, shortest = 0] = planTasks(specs, 3).map(costOfTask);
    const largest = Math.max(...specs.map(costOf));
    expect(longest - shortest).toBeLessThan(largest);
  });
});

describe("arrays", () => {
  it("are no larger than the site takes, and hold every task once", () => {
    expect(planArrays(0, 10, 4)).toEqual([
      { first: 0, count: 4 },
      { first: 4, count: 4 },
      { first: 8, count: 2 },
    ]);
    expect(planArrays(0, 4, 4)).toEqual([{ first: 0, count: 4 }]);
  });

  it("share out the tasks that may run at a time, whatever there are of both", () => {
    for (const tasks of [1, 3, 4, 9, 30]) {
      for (const concurrency of [1, 2, 3, 5, 100]) {
        const arrays = planArrays(0, tasks, 4, concurrency);
        // At any time at most one array of each lane is at work: the last of a chain has waited for all before it.
        const lanes = arrays.map((_, i) => i % Math.min(arrays.length, concurrency));
        for (const [i, array] of arrays.entries()) {
          const before = lanes.slice(0, i).lastIndexOf(lanes[i] ?? 0);
          expect(array.after).toBe(before < 0 ? undefined : before);
        }
        const shares = new Map(arrays.map(({ atATime = 0 }, i) => [lanes[i], atATime]));
        const together = [...shares.values()].reduce((sum, share) => sum + share, 0);
        expect(Math.min(...shares.values())).toBeGreaterThanOrEqual(1);
        expect(together).toBe(concurrency);
      }
    }
  });
});
