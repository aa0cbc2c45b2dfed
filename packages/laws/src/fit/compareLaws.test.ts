import { describe, expect, test } from "vitest";
import { plantedRows } from "../fixtures/plantedRows.js";
import { chinchilla } from "../laws/chinchilla.js";
import type { Law } from "../laws/law.js";
import { m1 } from "../laws/m1.js";
import { m2 } from "../laws/m2.js";
import { m3 } from "../laws/m3.js";
import { m4 } from "../laws/m4.js";
import { taskAccuracy } from "../laws/taskAccuracy.js";
import { createRandom } from "../numerics/random.js";
import { compareLaws } from "./compareLaws.js";
import { fitTaskLadder, predictTask } from "./taskLadder.js";

const estimators: readonly Law[] = [m1, m2, m3, m4];

describe("laws compared by extrapolation", () => {
  test.each([m2, m4])("$name's own curve is extrapolated best by $name, whatever fits it", (law) => {
    const rows = plantedRows(law as Law, law.published.parameters, 40, 0.001, createRandom(2));
    const ranked = compareLaws(rows, estimators, { holdOutShare: 0.3 });
    // M4 contains M2 in the limit: it may come next to it.
    expect(ranked.slice(0, law === m2 ? 2 : 1).map((entry) => entry.law)).toContain(law.name);
    expect(ranked.at(-1)!.extrapolationError!).toBeGreaterThan(4 * ranked[0]!.extrapolationError!);
  });
  test("no fit sees what is held out, and rows of one size stay together", () => {
    const rows = plantedRows(m1 as Law, m1.published.parameters, 12).flatMap((row) => [
      row,
      { ...row, y: row.y * 1.001 },
    ]);
    const [first] = compareLaws(rows, [m1 as Law], { holdOutShare: 0.27 });
    expect(first!.fit!.diagnostics.observations).toBe(16);
  });
  test("a law that cannot be fitted says why, at the end", () => {
    const rows = plantedRows(m1 as Law, m1.published.parameters, 7);
    const ranked = compareLaws(rows, estimators);
    expect(ranked.at(-1)).toMatchObject({ law: "m4", error: { code: "too-few-records" } });
    expect(() =>
      compareLaws(
        rows.map((row) => ({ ...row, inputs: { x: 5 } })),
        estimators,
      ),
    ).toThrow(/larger/);
  });
});

test("a task ladder chains loss to accuracy, with an interval that holds the truth", () => {
  const random = createRandom(12);
  const loss = { E: 0.45, A: 40, B: 120, alpha: 0.3, beta: 0.28 };
  const accuracy = taskAccuracy.published.parameters;
  const lossRows = plantedRows(chinchilla, loss, 30, 0.004, random);
  const accuracyRows = plantedRows(taskAccuracy, accuracy, 40, 0.01, random);
  const ladder = fitTaskLadder(lossRows, accuracyRows, { resamples: 100 });
  const target = { N: 7e9, D: 4e12 };
  const predicted = predictTask(ladder, target);
  const taskLoss = chinchilla.value(loss, target);
  const exact = taskAccuracy.value(accuracy, { L: taskLoss });
  expect(predicted.loss.interval95![0]).toBeLessThan(taskLoss);
  expect(predicted.loss.interval95![1]).toBeGreaterThan(taskLoss);
  expect(predicted.accuracy.interval95![0]).toBeLessThan(exact);
  expect(predicted.accuracy.interval95![1]).toBeGreaterThan(exact);
  expect(Math.abs(predicted.accuracy.value - exact)).toBeLessThan(0.03);
});
