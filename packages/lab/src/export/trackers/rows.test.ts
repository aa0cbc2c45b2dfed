import { expect, test } from "vitest";
import type { TrackedPoint } from "../../import/source.js";
import { rowsOf } from "./rows.js";

async function rows(points: readonly TrackedPoint[]) {
  const run = {
    points: async function* () {
      yield* points;
    },
  };
  const all = [];
  for await (const { step, time, values } of rowsOf(run)) all.push([step, time, Object.fromEntries(values)]);
  return all;
}

test("points that were logged row by row stay rows", async () => {
  expect(
    await rows([
      { key: "a", step: 0, value: 1, time: 10 },
      { key: "b", step: 0, value: 2, time: 11 },
      { key: "a", step: 5, value: 3 },
    ]),
  ).toEqual([
    [0, 11, { a: 1, b: 2 }],
    [5, undefined, { a: 3 }],
  ]);
});

test("series that were kept one after the other become rows", async () => {
  expect(
    await rows([
      { key: "a", step: 1, value: 1, time: 1 },
      { key: "a", step: 3, value: 3, time: 3 },
      { key: "b", step: 2, value: 20 },
      { key: "b", step: 3, value: 30, time: 4 },
    ]),
  ).toEqual([
    [1, 1, { a: 1 }],
    [2, undefined, { b: 20 }],
    [3, 4, { a: 3, b: 30 }],
  ]);
});

test("where a series goes back in its steps, the later values hold", async () => {
  const steps = [1, 2, 3, 4, 2, 3];
  expect(await rows(steps.map((step, i) => ({ key: "a", step, value: i })))).toEqual([
    [1, undefined, { a: 0 }],
    [2, undefined, { a: 4 }],
    [3, undefined, { a: 5 }],
  ]);
});
