import { describe, expect, expectTypeOf, test } from "vitest";
import { fitIsoflop as internalIsoflop } from "../fit/isoflop.js";
import { fitParametric as internalParametric } from "../fit/parametric.js";
import * as library from "../index.js";
import {
  backtest,
  backtestSeries,
  besiroglu2024,
  chinchilla,
  chooseByBacktest,
  createRandom,
  type Forecast,
  fitDataConstrained,
  fitEnvelope,
  fitIsoflop,
  fitKaplan,
  fitParametric,
  forecast,
  forecastLoss,
  IsoflopError,
  isIsoflopError,
  kaplanCompute,
  type NamedLaw,
  type Outcome,
  orThrow,
  type ParametricFit,
  type Plan,
  plan,
  predictLoss,
  publishedLaw,
  type RunInput,
  type RunRecord,
  syntheticStudy,
} from "../index.js";
import * as fits from "./fit.js";
import * as forecasts from "./forecast.js";
import * as laws from "./laws.js";
import * as observations from "./observations.js";
import * as plans from "./plan.js";
import * as published from "./published.js";
import * as uncertainty from "./uncertainty.js";
import * as units from "./units.js";

const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
const runs = syntheticStudy({
  truth,
  budgets: [3e9, 1e10, 3e10, 1e11],
  sizes: 7,
  width: 16,
  noise: 0.003,
  random: createRandom(5),
});
const quick = { resamples: 30 };
const errorOf = (outcome: unknown): IsoflopError => {
  if (isIsoflopError(outcome)) return outcome;
  throw new Error(`no error but ${JSON.stringify(outcome)?.slice(0, 80)}`);
};
// What plain JavaScript may pass where the types ask for runs.
const untyped = (value: unknown) => value as readonly RunInput[];

describe("bad runs come back as one error that names every bad row", () => {
  const spoilt = untyped([
    ...runs.slice(0, 10),
    { ...runs[10], loss: Number.NaN },
    { ...runs[11], tokens: "3.1e9", flops: -1 },
    null,
    { id: "empty" },
    ...runs.slice(14),
    { ...runs[3], curve: "steep" },
    { ...runs[3], curve: [{ tokens: 1, flops: 1, loss: 1 }, 7] },
    { ...runs[3], budget: null },
  ]);
  test.each([
    ["fitEnvelope", fitEnvelope],
    ["fitIsoflop", fitIsoflop],
    ["fitParametric", fitParametric],
    ["fitKaplan", fitKaplan],
    ["fitDataConstrained", fitDataConstrained],
  ])("%s", (_, fit) => {
    const error = errorOf(fit(spoilt, quick));
    expect(error.code).toBe("bad-record");
    expect(error.rows).toEqual([
      { row: 11, reason: "loss = NaN" },
      { row: 12, reason: 'tokens = "3.1e9"; flops = -1' },
      { row: 13, reason: "is null, not an object" },
      { row: 14, reason: "parameters is missing; tokens is missing; flops is missing; loss is missing" },
      { row: 29, reason: 'curve is "steep", not an array of points' },
      { row: 30, reason: "point 2 of its curve is 7, not an object" },
      { row: 31, reason: "budget = null" },
    ]);
    expect(error.message).toContain(
      `7 of 31 runs cannot be used; the first is row 11 ("${runs[10]!.id}"): loss = NaN.`,
    );
    expect(error.exitCode).toBe(2);
  });
  test("a hole in the array is a bad row too", () => {
    const sparse = [...runs];
    delete sparse[4];
    expect(errorOf(fitParametric(sparse)).rows).toEqual([{ row: 5, reason: "is undefined, not an object" }]);
  });
  test("what is no array is said to be none", () => {
    expect(errorOf(fitParametric(untyped({ rows: [] }))).message).toBe(
      "The runs must be an array of objects, not an object.",
    );
    expect(errorOf(backtest(untyped("runs.csv"), (r) => fitParametric(r))).message).toContain('not "runs.csv"');
  });
  test("too few runs and bad options are named by their codes", () => {
    expect(errorOf(fitParametric(runs.slice(0, 3))).code).toBe("too-few-records");
    const bad = [
      { resamples: -1 },
      { resamples: "many" },
      { random: 7 },
      { over: "columns" },
      { convention: "6N" },
      { convention: { parameters: "total", flops: "6ND" } },
      { loss: "hubber" },
      { delta: 0 },
      null,
      3,
    ];
    for (const options of bad) {
      expect(errorOf(fitParametric(runs, options as object)).code, JSON.stringify(options)).toBe("bad-option");
    }
    expect(errorOf(fitParametric(runs, { loss: "hubber" } as object))).toMatchObject({
      message: 'loss = "hubber" is not possible.',
      hint: 'Give one of "huber", "lad", "mse".',
    });
  });
});

describe("nothing that the library exports throws for bad data", () => {
  const hostile: readonly unknown[] = [
    undefined,
    null,
    3,
    Number.NaN,
    "x",
    [],
    [null],
    [{}],
    {},
    () => 1,
    10n,
    [{ id: {}, parameters: "1", tokens: [], flops: null, loss: {} }],
    { law: "chinchilla", parameters: null, compute: 3 },
    { law: "toString" },
    new Error("not one of ours"),
  ];
  const few = runs.slice(0, 3);
  const calls = [
    ...hostile.flatMap((first) => [[first], [few, first], [besiroglu2024, first]]),
    ...hostile.flatMap((first) =>
      hostile.flatMap((second) => [
        [first, second],
        [besiroglu2024, first, second],
      ]),
    ),
  ];
  const call = (f: (...values: unknown[]) => unknown) => {
    const thrown: unknown[] = [];
    for (const values of calls) {
      try {
        f(...values);
      } catch (error) {
        thrown.push(error);
      }
    }
    return thrown;
  };
  const data = Object.entries({
    ...fits,
    ...forecasts,
    ...laws,
    ...observations,
    ...plans,
    ...published,
    ...uncertainty,
    ...units,
  });
  test.each(data)("%s returns, whatever it is given", (_, f) => {
    expect(call(f as (...values: unknown[]) => unknown)).toEqual([]);
  });
  const others = Object.entries(library).filter(
    ([name, value]) => typeof value === "function" && name !== "IsoflopError" && name !== "orThrow",
  );
  test("what is exported without a wrapper has no error of ours to throw", () => {
    // Where this fails, the function takes data: give it a wrapper in src/api, and export that from src/index.ts.
    expect(others.length).toBeGreaterThan(40);
    const thrown = others.flatMap(([name, f]) =>
      call(f as (...values: unknown[]) => unknown)
        .filter(isIsoflopError)
        .map(() => name),
    );
    expect([...new Set(thrown)]).toEqual([]);
  });
});

describe("good runs give what the procedures give", () => {
  test("the same fit, bit for bit", () => {
    expect(fitParametric(runs, quick)).toEqual(internalParametric(runs, quick));
    expect(fitIsoflop(runs, quick)).toEqual(internalIsoflop(runs, quick));
  });
  test("a run without a name is called by its row", () => {
    const unnamed = runs.map(({ id: _, ...run }): RunInput => run);
    const fit = orThrow(fitParametric(unnamed, quick));
    expect(fit.residuals.map((residual) => residual.id)).toEqual(runs.map((_, i) => String(i + 1)));
    const numbered = runs.map((run, i): RunInput => ({ ...run, id: 100 + i }));
    expect(orThrow(fitParametric(numbered, quick)).residuals[3]?.id).toBe("103");
  });
  test("a plan is the same by name, by law, and whole by a fit", () => {
    const byName = orThrow(plan("Besiroglu-2024", 5.76e23));
    expect(byName).toEqual(plan(besiroglu2024, 5.76e23));
    expect(byName.optimum.parameters).toBeCloseTo(besiroglu2024.optimum(5.76e23).parameters, 0);
    const fit = orThrow(fitParametric(runs, quick));
    const byFit = orThrow(plan(fit, 1e12));
    expect(byFit.optimum.parameters).toBe(chinchilla.optimum(fit.parameters, 1e12, fit.compute).parameters);
    expect(byFit.optimum.intervals95?.parameters[0]).toBeLessThan(byFit.optimum.parameters);
  });
  test("a fit survives JSON; a summary without draws plans without intervals", () => {
    const fit = orThrow(fitParametric(runs, quick));
    expect(forecast(JSON.parse(JSON.stringify(fit)), 1e12)).toEqual(forecast(fit, 1e12));
    const { draws: _, residuals: __, ...summary } = fit;
    const expected = orThrow(forecast(summary as ParametricFit, 1e12));
    expect(expected.optimum).toEqual(orThrow(forecast(fit, 1e12)).optimum);
    expect(expected.intervals95).toBeUndefined();
  });
  test("a backtest takes a fitter that may fail", () => {
    const tested = orThrow(backtest(runs, (smaller) => fitParametric(smaller, quick)));
    expect(tested.heldOutBudget).toBe(1e11);
    expect(Math.abs(tested.lossError)).toBeLessThan(0.02);
    expect(errorOf(backtest(runs, (smaller) => fitParametric(smaller.slice(0, 2)))).code).toBe("too-few-records");
  });
});

describe("few unique tokens", () => {
  const base = library.muennighoffConstants;
  const repeated = runs.map((run): RunInput => ({ ...run, uniqueTokens: run.tokens / 8 }));
  test("a fit of repeated data is forecast and planned by, whole or as a summary", () => {
    const fit = orThrow(fitDataConstrained(repeated, { base, ...quick }));
    const expected = orThrow(library.forecastDataConstrained(fit, 1e21, { uniqueTokens: 1e9 }));
    const made = orThrow(plan(fit, 1e21, { uniqueTokens: 1e9 }));
    expect(made.alternatives.at(-1)).toMatchObject({ kind: "data-constrained", loss: expected.optimum.loss });
    const { draws: _, residuals: __, ...summary } = fit;
    const again = orThrow(plan(summary as library.DataConstrainedFit, 1e21, { uniqueTokens: 1e9 }));
    expect(again.alternatives.at(-1)!.loss).toBe(expected.optimum.loss);
    expect(again.alternatives.at(-1)!.intervals95).toBeUndefined();
    expect(errorOf(forecast(fit as unknown as ParametricFit, 1e21)).code).toBe("bad-fit");
    expect(errorOf(library.forecastDataConstrained(fit, 1e21, { uniqueTokens: 0 })).code).toBe("bad-unique-tokens");
    expect(errorOf(library.predictDataConstrained(fit, 1e9, Number.NaN)).code).toBe("bad-size");
  });
  test("impossible unique tokens are bad rows, impossible constants bad options", () => {
    const spoilt = [{ ...repeated[0]!, uniqueTokens: 0 }, ...repeated.slice(1)];
    expect(errorOf(fitDataConstrained(spoilt, { base })).rows).toEqual([{ row: 1, reason: "uniqueTokens = 0" }]);
    expect(errorOf(fitDataConstrained(repeated, { base: { ...base, alpha: -1 } })).message).toBe(
      "base.alpha = -1 is not possible.",
    );
    expect(errorOf(fitDataConstrained(repeated, { near: 15 } as object)).code).toBe("bad-option");
  });
});

describe("a series of backtests", () => {
  const procedures = [
    { name: "2", freeParameters: 3, fit: (r: readonly RunRecord[]) => fitIsoflop(r, quick) },
    { name: "3", freeParameters: 5, fit: (r: readonly RunRecord[]) => fitParametric(r, quick) },
    {
      name: "a constant",
      freeParameters: 1,
      fit: (r: readonly RunRecord[]) => {
        const loss = Math.min(...r.map((run) => run.loss));
        return { approach: "own", law: "constant", expect: () => ({ parameters: 1e5, tokens: 1e6, loss }) };
      },
    },
  ];
  test("takes fits that may fail and forecasters of one's own, and chooses", () => {
    const series = orThrow(backtestSeries(runs, procedures));
    // Budgets 1, 2 | 3, 4 and 1, 2, 3 | 4; Approach 2's two minima do not count.
    expect(series.summaries.map(({ cells }) => cells)).toEqual([1, 3, 3]);
    expect(series.failures).toEqual([]);
    const choice = chooseByBacktest(series);
    expect(choice.ranking.map(({ procedure }) => procedure).at(-1)).toBe("a constant");
    const failing = { name: "none", freeParameters: 1, fit: () => fitParametric([]) };
    const withFailure = orThrow(backtestSeries(runs, [failing]));
    expect(withFailure.failures.map(({ code }) => code)).toEqual(["too-few-records", "too-few-records"]);
  });
  test("says what is wrong with its runs and procedures", () => {
    expect(errorOf(backtestSeries(untyped([{ ...runs[0], loss: -1 }]), procedures)).rows).toHaveLength(1);
    expect(errorOf(backtestSeries(runs.slice(0, 14), procedures)).code).toBe("too-few-budgets");
    const wrong = [{ name: "2", freeParameters: 3, fit: "isoflop" }] as unknown as typeof procedures;
    expect(errorOf(backtestSeries(runs, wrong)).code).toBe("bad-option");
  });
});

describe("a table", () => {
  test("gives runs that fits take, or an error that names its rows", () => {
    const table = orThrow(
      library.toObservations(runs.map(({ parameters, tokens, loss }) => ({ n_params: parameters, tokens, loss }))),
    );
    expect(orThrow(fitParametric(table.records, quick)).parameters.alpha).toBeCloseTo(
      orThrow(fitParametric(runs, quick)).parameters.alpha,
      9,
    );
    const bad = [{ N: 1 }, null, [1]] as unknown as Record<string, unknown>[];
    expect(errorOf(library.toObservations(bad))).toMatchObject({
      code: "bad-table",
      rows: [
        { row: 2, reason: "is null, not an object" },
        { row: 3, reason: "is an array, not an object" },
      ],
    });
    const options = [3, null, { columns: { weights: "N" } }, { columns: { parameters: 3 } }, { columns: "" }];
    for (const option of options) {
      expect(errorOf(library.toObservations([{ N: 1e6 }], option as object)).code, JSON.stringify(option)).toBe(
        "bad-option",
      );
    }
    expect(errorOf(library.toObservations([{ N: 1e6 }], { columns: "M=x" })).code).toBe("columns-syntax");
    expect(errorOf(library.toObservations([{ N: 1e6, D: 1e7, loss: -1 }])).rows).toHaveLength(1);
  });
});

describe("errors", () => {
  test("go down a chain of calls unchanged", () => {
    const failed = fitParametric([]);
    expect(forecast(failed, 1e21)).toBe(failed);
    expect(predictLoss(failed, 1e9, 1e10)).toBe(failed);
    expect(plan(failed, 1e21)).toBe(failed);
    expect(() => orThrow(failed)).toThrow(IsoflopError);
  });
  test("say which law, fit, budget or size is wrong", () => {
    expect(errorOf(publishedLaw("kaplan-1020")).code).toBe("unknown-law");
    expect(errorOf(plan("kaplan-1020", 1e21)).hint).toContain("kaplan-2020");
    expect(errorOf(plan("besiroglu-2024", 0)).code).toBe("bad-budget");
    const [compute] = orThrow(fitKaplan(runs, quick));
    expect(errorOf(forecast(compute as unknown as ParametricFit, 1e12)).message).toContain('"kaplan-compute"');
    expect(orThrow(forecastLoss(compute, 1e12)).loss).toBeCloseTo(kaplanCompute.loss(compute.parameters, 1e12), 12);
    expect(errorOf(forecastLoss(compute, -1)).code).toBe("bad-budget");
    const isoflop = orThrow(fitIsoflop(runs, quick));
    expect(errorOf(forecastLoss(isoflop as unknown as typeof compute, 1e12)).code).toBe("bad-fit");
    expect(errorOf(predictLoss(isoflop as unknown as ParametricFit, 1e5, 1e6)).code).toBe("bad-fit");
    expect(errorOf(predictLoss(orThrow(fitParametric(runs, quick)), -1, 1e6)).code).toBe("bad-size");
  });
  test("of the program itself are thrown, not returned", () => {
    const broken = () => {
      throw new RangeError("a bug");
    };
    expect(() => backtest(runs, broken)).toThrow(RangeError);
  });
});

test("what the compiler promises", () => {
  expectTypeOf(fitParametric).returns.toEqualTypeOf<ParametricFit | IsoflopError>();
  expectTypeOf(forecast).returns.toEqualTypeOf<Forecast | IsoflopError>();
  expectTypeOf(plan)
    .parameter(0)
    .toEqualTypeOf<string | NamedLaw | Outcome<library.AllocationFit | library.DataConstrainedFit>>();
  expectTypeOf(orThrow(plan("besiroglu-2024", 1e21))).toEqualTypeOf<Plan>();
  expectTypeOf<RunRecord>().toExtend<RunInput>();
  const fit = fitParametric(runs, quick);
  if (isIsoflopError(fit)) {
    expectTypeOf(fit).toEqualTypeOf<IsoflopError>();
    expectTypeOf(fit.rows).toEqualTypeOf<readonly library.RowFault[]>();
  } else {
    expectTypeOf(fit).toEqualTypeOf<ParametricFit>();
    expectTypeOf(fit.parameters.alpha).toEqualTypeOf<number>();
  }
  // @ts-expect-error before narrowing, a fit's fields are not there to read
  expect(fit.parameters).toBeDefined();
  // @ts-expect-error a run without its tokens is no run
  expect(isIsoflopError(fitParametric([{ parameters: 1e9, flops: 1e20, loss: 3 }]))).toBe(true);
  // @ts-expect-error the fit of L(C) alone does not say what to train
  expect(isIsoflopError(plan(orThrow(fitKaplan(runs, quick))[0], 1e21))).toBe(true);
});
