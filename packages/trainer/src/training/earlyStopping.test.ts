import { expect, test } from "vitest";
import type { MetricsLine, RunSpec } from "../contract/runSpec.js";
import { afterLine, courseOf, hasStopped } from "./earlyStopping.js";

type Rule = NonNullable<RunSpec["evaluation"]["earlyStopping"]>;

/** A line a step; `undefined` did not evaluate. */
const linesOf = (losses: readonly (number | undefined)[]): MetricsLine[] =>
  losses.map((loss, i) => ({
    step: i + 1,
    tokens: i + 1,
    flops: 1,
    time: 0,
    "train/loss": 1,
    lr: 1,
    grad_norm: 1,
    ...(loss === undefined ? {} : { "val/loss": loss }),
  }));

/** The step after which the rule ends the run. */
function endOf(losses: readonly (number | undefined)[], rule: Rule): number | undefined {
  let course = courseOf([], rule);
  for (const line of linesOf(losses)) {
    course = afterLine(course, line, rule);
    if (hasStopped(course, rule)) return line.step;
  }
  return undefined;
}

test.each<[string, (number | undefined)[], Rule, number | undefined]>([
  ["falling losses never end a run", [3, 2.9, 2.8, 2.7, 2.6], { patience: 1, minimumDecrease: 0 }, undefined],
  ["so many evaluations without a lower loss end it", [3, 2, 2.5, 2.1, 2.2], { patience: 3, minimumDecrease: 0 }, 5],
  ["an equal loss is not a lower one", [2, 2, 2], { patience: 2, minimumDecrease: 0 }, 3],
  ["a lower loss in time begins the wait anew", [3, 3.1, 2.9, 3, 3], { patience: 2, minimumDecrease: 0 }, 5],
  [
    "steps without an evaluation are not waited",
    [3, undefined, 3.1, undefined],
    { patience: 2, minimumDecrease: 0 },
    undefined,
  ],
  ["a fall by less than the minimum counts for nothing", [3, 2.95, 2.93], { patience: 2, minimumDecrease: 0.1 }, 3],
  ["small falls add up", [3, 2.95, 2.89, 2.88, 2.87], { patience: 2, minimumDecrease: 0.1 }, 5],
])("%s", (_, losses, rule, end) => {
  expect(endOf(losses, rule)).toBe(end);
});

test("the best is the least of all losses, by however little, and the first of equals", () => {
  const rule = { patience: 5, minimumDecrease: 0.5 };
  const { best } = courseOf(linesOf([3, 2.9, undefined, 2.8, 2.8, 2.85]), rule);
  expect(best).toEqual({ step: 4, "val/loss": 2.8 });
  expect(courseOf([], rule).best).toBeUndefined();
});

test("without a rule nothing ends a run", () => {
  expect(hasStopped(courseOf(linesOf([1, 2, 3, 4, 5]), undefined), undefined)).toBe(false);
});
