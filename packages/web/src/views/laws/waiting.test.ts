import { expect, it } from "vitest";
import type { Answer } from "../../fitting/protocol.js";
import { awaited, NOTHING_REACHED, reachedBy } from "./waiting.js";

const FIGURES = ["lossContours", "criticalBatch", "bootstrapPairs", "profileLikelihood", "backtestErrors", "influence"];
const after = (answer: object, deep = true) =>
  FIGURES.map((figure) => awaited(figure, reachedBy(answer as Answer, deep)));

it("says what a figure waits for until its stage has answered, and nothing from then on", () => {
  const stages = ["points", "parts", "intervals", "profiles", "backtest", "influence"];
  expect(FIGURES.map((figure) => awaited(figure, NOTHING_REACHED))).toEqual(stages);
  expect(after({ stage: "points", complete: false })).toEqual(stages);
  const from = (first: number) => stages.map((stage, index) => (index < first ? undefined : stage));
  expect(after({ stage: "points", complete: true })).toEqual(from(1));
  expect(after({ stage: "parts" })).toEqual(from(1));
  expect(after({ stage: "intervals" })).toEqual(from(2));
  expect(after({ stage: "profiles" })).toEqual(from(4));
  expect(after({ stage: "none", of: "profiles" })).toEqual(from(4));
  expect(after({ stage: "backtest" })).toEqual(from(5));
  expect(after({ stage: "influence", done: 10, of: 20 })).toEqual(from(5));
  expect(after({ stage: "influence", done: 20, of: 20 })).toEqual(from(6));
  expect(after({ stage: "done" })).toEqual(from(6));
});

it("still waits for diagnostics where the question was asked without them", () => {
  expect(after({ stage: "done" }, false)).toEqual([
    undefined,
    undefined,
    undefined,
    "profiles",
    "backtest",
    "influence",
  ]);
});
