// biome-ignore lint/style/noRestrictedImports: Epoch's points are a file; the package itself does no I/O.
import { existsSync, readFileSync } from "node:fs";
// biome-ignore lint/style/noRestrictedImports: as above.
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { fitIsoflop } from "../fit/isoflop.js";
import { fitKaplan } from "../fit/kaplan.js";
import { fitParametric } from "../fit/parametric.js";
import { syntheticStudy } from "../fit/synthetic.js";
import { forecasterOf } from "../forecast/forecaster.js";
import { chinchilla } from "../laws/chinchilla.js";
import { createRandom, type Random } from "../numerics/random.js";
import { studentT975 } from "../numerics/studentT.js";
import type { RunRecord } from "../record.js";
import { backtest } from "./backtest.js";
import { chooseByBacktest } from "./backtestChoice.js";
import { type BacktestProcedure, backtestSeries } from "./backtestSeries.js";

const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
const budgets = [3e9, 1e10, 3e10, 1e11, 3e11];
const study = (noise = 0, random?: Random, width = 30): RunRecord[] =>
  syntheticStudy({ truth, budgets, sizes: 7, width, noise, ...(random && { random }) });

const procedures = (resamples: number): BacktestProcedure[] => [
  { name: "2", freeParameters: 3, fit: (r) => forecasterOf(fitIsoflop(r, { resamples })) },
  { name: "3", freeParameters: 5, fit: (r) => forecasterOf(fitParametric(r, { resamples })) },
  { name: "kaplan", freeParameters: 4, fit: (r) => forecasterOf(fitKaplan(r, { resamples })[1]) },
  { name: "kaplan-compute", freeParameters: 2, fit: (r) => forecasterOf(fitKaplan(r, { resamples })[0]) },
];

describe("of planted runs without noise", () => {
  const series = backtestSeries(study(), procedures(0));
  const of = (name: string) => series.cells.filter((cell) => cell.procedure === name);

  test("every later budget is forecast from every k budgets, by every procedure", () => {
    expect(series.structure).toBe("isoflop");
    expect(series.cuts.map(({ fittedTo, runs }) => [fittedTo, runs])).toEqual([
      [1e10, 14],
      [3e10, 21],
      [1e11, 28],
    ]);
    for (const { name } of series.procedures) expect(of(name)).toHaveLength(3 + 2 + 1);
    expect(series.failures).toEqual([]);
    for (const cell of series.cells) {
      expect(cell.extrapolation).toBeCloseTo(cell.heldOut / cell.fittedTo, 12);
      expect(cell.against).toBe("minimum");
    }
  });

  test("Approach 3 is right on every held-out run, and on every minimum as far as that can be measured", () => {
    for (const cell of of("3")) {
      expect(cell.runs?.count).toBe(7);
      expect(cell.runs?.meanAbsoluteLogError).toBeLessThan(1e-7);
      // The measured minimum's own error: the quartic's, 1e-6 of the loss.
      const measured = cell.measured!;
      expect(cell.expected?.loss).toBeCloseTo(chinchilla.optimum(truth, measured.flops).loss!, 6);
      expect(cell.absoluteLogError).toBeLessThan(5e-6);
      expect(cell.parametersRatio).toBeCloseTo(1, 3);
    }
  });

  test("Approach 2's loss has the parabola's bias, of one sign, and small", () => {
    const counted = of("2").filter((cell) => !cell.leftOut);
    expect(counted).toHaveLength(3);
    for (const cell of counted) {
      expect(cell.lossError).toBeLessThan(-1e-4);
      expect(cell.lossError).toBeGreaterThan(-3e-3);
      expect(cell.runs).toBeUndefined();
    }
    // Two minima have no irreducible loss, and say so.
    expect(of("2").flatMap((cell) => cell.leftOut ?? [])).toEqual(Array(3).fill("two-minima"));
  });

  test("Kaplan's pure power law falls below, ever further the further it reaches", () => {
    const first = of("kaplan-compute").filter((cell) => cell.fittedTo === 1e10);
    expect(first.map((cell) => cell.lossError < 0)).toEqual([true, true, true]);
    const errors = first.map((cell) => cell.absoluteLogError);
    expect(errors).toEqual([...errors].sort((a, b) => a - b));
    expect(errors[2]! / errors[0]!).toBeGreaterThan(3);
    const classes = series.summaries.find(({ procedure }) => procedure === "kaplan-compute")!.byExtrapolation;
    // Reaches of 3, 3 and 3.3, of 10 and 10, and of 30.
    expect(classes.map(({ upTo, cells }) => [upTo, cells])).toEqual([
      [3, 2],
      [10, 3],
      [30, 1],
    ]);
    expect(classes[2]!.meanAbsoluteLogError).toBeGreaterThan(classes[1]!.meanAbsoluteLogError);
  });

  test("the choice takes Approach 3, ranks the others, and says why L(C) cannot be asked", () => {
    const choice = chooseByBacktest(series);
    expect(choice.chosen).toBe("3");
    expect(choice.ranking.map(({ procedure }) => procedure)).toEqual(["3", "2", "kaplan"]);
    expect(choice).toMatchObject({ cells: 3, fits: 2 });
    expect(choice.unranked).toEqual([{ procedure: "kaplan-compute", reason: expect.stringMatching(/nothing of N/) }]);
  });

  test("the single backtest is the series' last cell", () => {
    const single = backtest(study(), (records) => fitParametric(records, { resamples: 0 }));
    const cell = of("3").at(-1)!;
    expect(single.lossError).toBe(cell.lossError);
    expect(single.parametersRatio).toBe(cell.parametersRatio);
    expect([single.largestFitted, single.heldOutBudget]).toEqual([cell.fittedTo, cell.heldOut]);
  });
});

test("with noise, 95 % prediction intervals hold about 95 % of what was measured", () => {
  const random = createRandom(31);
  const held = { "2": [0, 0], "3": [0, 0], runs: [0, 0] };
  const studies = 40;
  for (let i = 0; i < studies; i++) {
    // Four budgets, of which the last fit sees three: its cell only, for the others of a study share its noise.
    const series = backtestSeries(study(0.004, random, 8).slice(7), procedures(60).slice(0, 2));
    for (const name of ["2", "3"] as const) {
      const cell = series.cells.filter((one) => one.procedure === name && !one.leftOut).at(-1);
      if (!cell?.held) continue;
      held[name][0]! += cell.held.inside;
      held[name][1]! += cell.held.of;
      if (!cell.runs) continue;
      held.runs[0]! += Math.round(cell.runs.coverage95! * cell.runs.intervals);
      held.runs[1]! += cell.runs.intervals;
    }
  }
  // Binomial(38, 0.95) is below 32 with probability 0.7 %.
  for (const name of ["2", "3"] as const) {
    expect(held[name][1], name).toBeGreaterThanOrEqual(studies - 2);
    expect(held[name][0], name).toBeGreaterThanOrEqual(32);
  }
  expect(held.runs[1]).toBe(7 * studies);
  expect(held.runs[0]! / held.runs[1]!).toBeGreaterThan(0.9);
  expect(held.runs[0]! / held.runs[1]!).toBeLessThan(0.99);
});

describe("the choice", () => {
  const cell = (procedure: string, fittedTo: number, heldOut: number, absoluteLogError: number) => ({
    procedure,
    fittedTo,
    heldOut,
    extrapolation: heldOut / fittedTo,
    against: "runs" as const,
    lossError: absoluteLogError,
    absoluteLossError: absoluteLogError,
    absoluteLogError,
  });
  const series = (errors: Record<string, readonly (readonly [number, number, number])[]>) => ({
    structure: "scattered" as const,
    procedures: Object.keys(errors).map((name, i) => ({ name, freeParameters: 9 - i })),
    cuts: [],
    cells: Object.entries(errors).flatMap(([name, list]) => list.map(([k, j, e]) => cell(name, k, j, e))),
    failures: [],
    summaries: [],
  });

  test("weighs every fit once, and the far less than the near", () => {
    const e = Math.E;
    const { ranking } = chooseByBacktest(
      series({
        near: [
          [1, e, 0.02],
          [1, e ** 3, 0.08],
          [e, e ** 3, 0.03],
        ],
      }),
    );
    // (0.02 / 2 + 0.08 / 4) / 2 and 0.03 / 3.
    expect(ranking[0]?.score).toBeCloseTo((0.015 + 0.01) / 2, 12);
  });

  test("within a standard error takes the simpler law, beyond it the better one", () => {
    const rows = (errors: readonly number[]) => errors.map((error, i) => [10 ** i, 10 ** (i + 1), error] as const);
    const good = [0.01, 0.02, 0.01, 0.02];
    const alike = series({ good: rows(good), simple: rows([0.021, 0.01, 0.022, 0.01]) });
    expect(chooseByBacktest(alike)).toMatchObject({
      chosen: "simple",
      ranking: [{ reason: expect.stringMatching(/simplest/) }, { procedure: "good", toldApart: false }],
    });
    const worse = series({ good: rows(good), simple: rows(good.map((error) => 2 * error)) });
    expect(chooseByBacktest(worse)).toMatchObject({
      chosen: "good",
      ranking: [{ reason: "least error" }, { procedure: "simple", toldApart: true }],
    });
    // Half as much again is no tie, however uneven the fits.
    const uneven = series({ good: rows([0.01, 0.05, 0.01]), simple: rows([0.05, 0.01, 0.05]) });
    expect(chooseByBacktest(uneven)).toMatchObject({ chosen: "good", ranking: [{}, { toldApart: false }] });
    const once = series({ good: rows([0.01]), simple: rows([0.011]) });
    expect(chooseByBacktest(once)).toMatchObject({ chosen: "good", ranking: [{}, { toldApart: false }] });
  });

  test("compares only what all were asked, and chooses nothing from nothing", () => {
    const uneven = series({
      all: [
        [1, 10, 0.01],
        [1, 100, 0.9],
      ],
      some: [[1, 10, 0.02]],
    });
    expect(chooseByBacktest(uneven)).toMatchObject({ chosen: "all", cells: 1 });
    expect(chooseByBacktest(uneven, { among: ["some"] })).toMatchObject({
      chosen: "some",
      ranking: [{ toldApart: false }],
    });
    const none = chooseByBacktest(series({ all: [] }));
    expect(none).toEqual({ cells: 0, fits: 0, ranking: [], unranked: [expect.objectContaining({ procedure: "all" })] });
  });
});

test("Student's t, 97.5 %: the tables' values", () => {
  for (const [freedom, value] of [
    [1, 12.706],
    [4, 2.776],
    [5, 2.571],
    [10, 2.228],
    [30, 2.042],
  ] as const) {
    expect(studentT975(freedom) / value).toBeCloseTo(1, 3);
  }
});

test("too few budgets or runs are told", () => {
  expect(() => backtestSeries(study().slice(0, 14), procedures(0))).toThrow(/needs 3; there are 2/);
  expect(() =>
    backtestSeries(
      study().filter((_, i) => i % 7 === 3),
      procedures(0),
    ),
  ).toThrow(/12 runs/);
});

const shared = process.env.ISOFLOP_SHARED ?? fileURLToPath(new URL("../../../../../shared", import.meta.url));
const epoch = `${shared}/data/epoch-chinchilla/chinchilla_points_clean.csv`;
test.skipIf(!existsSync(epoch) && process.env.CI !== "true")(
  `Epoch's 240 scattered points: L(N, D) with a floor forecasts single runs, one without does not (${existsSync(epoch) ? "data found" : `skipped: no ${epoch}`})`,
  () => {
    const records = readFileSync(epoch, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",").map(Number))
      .filter((row) => row[4] === 0)
      .map(([n, c, d, loss], i): RunRecord => {
        return { id: String(i), parameters: n!, flops: c!, tokens: d!, loss: loss! };
      });
    const series = backtestSeries(records, procedures(0));
    expect(series.structure).toBe("scattered");
    expect(series.cuts.map(({ runs }) => runs)).toEqual([40, 80, 120, 160, 200]);
    const cells = series.cells.filter(({ procedure }) => procedure === "3");
    expect(cells).toHaveLength(5 + 4 + 3 + 2 + 1);
    expect(cells.every(({ runs, against }) => runs?.count === 40 && against === "runs")).toBe(true);
    // From 40 runs up to 9.4e18 FLOPs to those around 1.6e21: 168 times further, 2.7 % off.
    expect(cells[4]?.extrapolation).toBeCloseTo(168, 0);
    expect(cells[4]?.absoluteLogError).toBeLessThan(0.04);
    expect(series.failures.filter(({ procedure }) => procedure === "2")).toHaveLength(5);
    const choice = chooseByBacktest(series);
    expect(choice.chosen).toBe("3");
    expect(choice.ranking.find(({ procedure }) => procedure === "kaplan")).toMatchObject({ toldApart: true });
  },
);
