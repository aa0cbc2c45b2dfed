import { describe, expect, test } from "vitest";
import { isIsoflopError } from "../error.js";
import { plantedRows } from "../fixtures/plantedRows.js";
import { chinchilla } from "../laws/chinchilla.js";
import { dataConstrainedLaw } from "../laws/dataConstrained.js";
import { kaplanParameters } from "../laws/kaplanParameters.js";
import { lossFrontier } from "../laws/lossFrontier.js";
import { m2 } from "../laws/m2.js";
import { taskAccuracy } from "../laws/taskAccuracy.js";
import { createRandom } from "../numerics/random.js";
import { fitLaw } from "./fitLaw.js";
import { predictFrom } from "./lawPrediction.js";

const truth = chinchilla.published.parameters;
const planted = (noise: number, seed = 3) => plantedRows(chinchilla, truth, 60, noise, createRandom(seed));

function errorOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (isIsoflopError(error)) return error;
  }
  throw new Error("no IsoflopError was thrown");
}

describe("a law's fit", () => {
  test.each(["mse", "huber", "lad"] as const)(
    "by %s finds planted constants, and shrugs off outliers or not",
    (loss) => {
      const exact = fitLaw(chinchilla, planted(0), { loss, resamples: 0 });
      for (const [name, value] of Object.entries(truth))
        expect(exact.parameters[name as "E"] / value).toBeCloseTo(1, 4);
      const spoilt = planted(0).map((row, i) => (i % 15 === 0 ? { ...row, y: row.y * 1.2 } : row));
      const fit = fitLaw(chinchilla, spoilt, { loss, resamples: 0 });
      const off = Math.abs(Math.log(fit.parameters.B / truth.B));
      if (loss === "mse") expect(off).toBeGreaterThan(0.05);
      else expect(off).toBeLessThan(0.05);
    },
  );
  test("counts in the user's units: tokens in billions and parameters in millions give the same law", () => {
    const rows = planted(0.003);
    const scaled = rows.map(({ inputs, y }) => ({ inputs: { N: inputs.N / 1e6, D: inputs.D / 1e9 }, y: y / Math.LN2 }));
    const [one, other] = [rows, scaled].map((r) => fitLaw(chinchilla, r, { resamples: 0 }));
    expect(other!.objective / one!.objective).toBeCloseTo(1, 8);
    expect(other!.parameters.alpha / one!.parameters.alpha).toBeCloseTo(1, 6);
    expect((other!.parameters.E * Math.LN2) / one!.parameters.E).toBeCloseTo(1, 6);
    expect(Number(other!.diagnostics.conditionNumber) / Number(one!.diagnostics.conditionNumber)).toBeCloseTo(1, 3);
  });
  test("starts anywhere: laws a million times off the published scale are found", () => {
    const far = { E: 0.4, A: 3, B: 8, alpha: 0.7, beta: 0.15 };
    const rows = plantedRows(
      {
        ...chinchilla,
        inputs: { N: { ...chinchilla.inputs.N, range: [2, 3e3] }, D: { ...chinchilla.inputs.D, range: [5, 1e5] } },
      },
      far,
      60,
    );
    const fit = fitLaw(chinchilla, rows, { resamples: 0 });
    for (const [name, value] of Object.entries(far)) expect(fit.parameters[name as "E"] / value).toBeCloseTo(1, 5);
  });
  test("a held parameter stays, has no interval, and is in the draws; tied ones are equal in all of them", () => {
    const tiedTruth = { ...truth, alpha: 0.31, beta: 0.31 };
    const rows = plantedRows(chinchilla, tiedTruth, 60, 0.002, createRandom(1));
    const fit = fitLaw(chinchilla, rows, { fixed: { E: tiedTruth.E }, tied: [["alpha", "beta"]], resamples: 40 });
    expect(fit.parameters.E).toBe(tiedTruth.E);
    expect(fit.parameters.alpha).toBe(fit.parameters.beta);
    expect(fit.parameters.alpha).toBeCloseTo(0.31, 2);
    expect(Object.keys(fit.intervals95).sort()).toEqual(["A", "B", "alpha", "beta"]);
    expect(fit.diagnostics.freeParameters).toBe(3);
    const column = (name: string) => fit.draws.rows.map((row) => row[fit.draws.names.indexOf(name)]);
    expect(new Set(column("E"))).toEqual(new Set([tiedTruth.E]));
    expect(column("alpha")).toEqual(column("beta"));
  });
  test("survives JSON, and predicts from what it holds", () => {
    const fit = fitLaw(chinchilla, planted(0.003), { resamples: 60 });
    expect(JSON.parse(JSON.stringify(fit))).toEqual(fit);
    const inputs = { N: 3e11, D: 3e13 };
    const { value, interval95 } = predictFrom(JSON.parse(JSON.stringify(fit)) as typeof fit, inputs);
    expect(value).toBeCloseTo(chinchilla.value(fit.parameters, inputs), 12);
    const half = (interval95![1] - interval95![0]) / 2;
    expect(Math.abs(value - chinchilla.value(truth, inputs))).toBeLessThan(2 * half);
    expect(half).toBeLessThan(0.05);
    expect(predictFrom(fitLaw(chinchilla, planted(0.003), { resamples: 0 }), inputs).interval95).toBeUndefined();
  });
  test("takes shares with residuals of their own size, and residuals as it is told", () => {
    const rows = plantedRows(taskAccuracy, taskAccuracy.published.parameters, 50, 0.01, createRandom(2));
    const fit = fitLaw(taskAccuracy, rows, { resamples: 60 });
    expect(fit.diagnostics.residualsOf).toBe("y");
    expect(fit.diagnostics.rootMeanSquareResidual).toBeCloseTo(0.01, 2);
    expect(fitLaw(taskAccuracy, rows, { resamples: 0, residuals: "log" }).diagnostics.residualsOf).toBe("ln y");
  });
});

describe("resampling", () => {
  /** Every run gives 6 checkpoints that share its error. */
  const clustered = () => {
    const random = createRandom(9);
    return plantedRows(kaplanParameters, kaplanParameters.published.parameters, 20).flatMap((row, run) => {
      const shared = 0.01 * random.normal();
      return Array.from({ length: 6 }, () => ({
        ...row,
        y: row.y * Math.exp(shared + 0.001 * random.normal()),
        run: `run-${run}`,
      }));
    });
  };
  test("draws runs whole where rows share them; row by row the intervals are too narrow, and it says so", () => {
    const rows = clustered();
    const byRun = fitLaw(kaplanParameters, rows, { resamples: 200 });
    const byRow = fitLaw(kaplanParameters, rows, { resamples: 200, over: "rows" });
    expect(byRun.diagnostics.bootstrapOver).toBe("runs");
    // Six checkpoints that move as one: sqrt(6) = 2.4.
    expect(byRun.standardErrors.alphaN! / byRow.standardErrors.alphaN!).toBeGreaterThan(1.8);
    expect(byRow.warnings.map((w) => w.code)).toContain("dependent-rows");
    expect(byRun.warnings.find((w) => w.code === "dependent-rows")?.message).toContain("run by run");
  });
  test("by seed noise gives the standard error of a regression, from noise given or seen in second seeds", () => {
    const random = createRandom(4);
    const sd = 0.01;
    const single = plantedRows(kaplanParameters, kaplanParameters.published.parameters, 15);
    const rows = [...single, ...single, ...single].map((row) => ({
      ...row,
      y: row.y * Math.exp(sd * random.normal()),
    }));
    const logN = rows.map((row) => Math.log(row.inputs.N));
    const centre = logN.reduce((sum, v) => sum + v, 0) / logN.length;
    const expected = sd / Math.sqrt(logN.reduce((sum, v) => sum + (v - centre) ** 2, 0));
    // The slope of ln L over ln N is -alphaN.
    const seen = fitLaw(kaplanParameters, rows, { over: "noise", resamples: 400 });
    expect(Math.abs(seen.standardErrors.alphaN! / expected - 1)).toBeLessThan(0.25);
    const noise = [1.5, 6].map((loss) => ({ loss, sd: sd * loss }));
    const given = fitLaw(kaplanParameters, rows, { over: "noise", noise, resamples: 400 });
    expect(Math.abs(given.standardErrors.alphaN! / expected - 1)).toBeLessThan(0.15);
    expect(errorOf(() => fitLaw(kaplanParameters, single, { over: "noise" })).code).toBe("no-replicates");
  });
});

describe("refuses, with the rows or the numbers", () => {
  test("rows that cannot be", () => {
    const rows = planted(0).map((row, i) =>
      i === 3 ? { ...row, y: -1 } : i === 7 ? { ...row, inputs: { ...row.inputs, D: Number.NaN } } : row,
    );
    const error = errorOf(() => fitLaw(chinchilla, rows));
    expect(error.code).toBe("bad-row");
    expect(error.rows.map((fault) => fault.row)).toEqual([4, 8]);
    expect(error.rows[1]!.reason).toMatch(/D = NaN/);
  });
  test("too few rows for the parameters, also where they are copies; holding parameters helps", () => {
    const rows = planted(0).slice(0, 5);
    const error = errorOf(() => fitLaw(chinchilla, rows));
    expect(error).toMatchObject({ code: "too-few-records", message: expect.stringMatching(/5 free.*5 rows at 5/) });
    expect(errorOf(() => fitLaw(chinchilla, Array(9).fill(rows[0]))).message).toMatch(/9 rows at 1 different N, D/);
    const fit = fitLaw(chinchilla, rows, { fixed: { alpha: truth.alpha, beta: truth.beta }, resamples: 0 });
    expect(fit.parameters.E).toBeCloseTo(truth.E, 6);
    expect(fit.warnings.map((w) => w.code)).toContain("few-points");
  });
  test.each([
    [{ fixed: { gamma: 1 } }, /no parameter "gamma"/],
    [{ fixed: { A: -1 } }, /cannot be held at -1/],
    [{ fixed: { alpha: 0.3, beta: 0.4 }, tied: [["alpha", "beta"]] }, /tied, and held at different values/],
    [{ fixed: truth }, /nothing is left to fit/],
  ])("constraints that cannot be: %o", (constraints, message) => {
    const error = errorOf(() => fitLaw(chinchilla, planted(0), constraints as object));
    expect(error.code).toBe("bad-constraint");
    expect(error.message).toMatch(message);
  });
});

describe("diagnostics", () => {
  test("of a good fit: flat, converged, well conditioned, found by several starts", () => {
    const { diagnostics, warnings } = fitLaw(chinchilla, planted(0.003), { resamples: 0 });
    expect(diagnostics.relativeGradient).toBeLessThan(1e-6);
    expect(diagnostics.conditionNumber).toBeLessThan(1e6);
    expect(diagnostics.startsAtOptimum).toBeGreaterThanOrEqual(4);
    expect(warnings).toEqual([]);
  });
  test("a floor that the data do not show is at its bound, and warned of", () => {
    const rows = plantedRows(lossFrontier, { E: 0, k: 1e3, gamma: 0.15 }, 40, 0.02, createRandom(6));
    const fits = [rows, rows.map((r) => ({ ...r, y: r.y * (1 + 0.02 * Math.log(2e24 / r.inputs.C)) }))].map((r) =>
      fitLaw(lossFrontier, r, { resamples: 0 }),
    );
    const bound = fits.find((fit) => fit.parameters.E === 0)!;
    expect(bound.warnings.find((w) => w.code === "parameter-at-bound")!.message).toMatch(/^E = 0/);
    expect(bound.diagnostics.parametersAtBounds).toBe("E");
  });
  test("D that always is 20 N is ill-conditioned", () => {
    const rows = planted(0.003).map(({ inputs }, i) => {
      const x = { N: inputs.N, D: 20 * inputs.N };
      return { inputs: x, y: chinchilla.value(truth, x) * (1 + 1e-3 * Math.sin(7 * i)) };
    });
    const fit = fitLaw(chinchilla, rows, { resamples: 0 });
    expect(fit.diagnostics.conditionNumber).toBeGreaterThan(1e6);
    expect(fit.warnings.map((w) => w.code)).toContain("ill-conditioned");
  });
  test("copied rows are told", () => {
    const rows = planted(0.003);
    const { warnings } = fitLaw(chinchilla, [...rows, ...rows.slice(0, 7)], { resamples: 0 });
    const statement = { name: "duplicate-runs/rows", values: { copies: 7, rows: 67 } };
    expect(warnings).toEqual([{ code: "duplicate-runs", message: expect.stringMatching(/^7 of 67 rows/), statement }]);
  });
  test("a term that moves nothing is named", () => {
    const rows = plantedRows(m2, { beta: 1e-12, c: -0.4, epsInf: 0.5 }, 40, 0.001, createRandom(3));
    const { warnings } = fitLaw(m2, rows, { resamples: 0 });
    expect(warnings.map((w) => w.code)).toContain("parameter-at-bound");
  });
  test("R_D* and R_N* alone, from far starts, are where they were planted", () => {
    const p = dataConstrainedLaw.published.parameters;
    const { RD, RN, ...fixed } = p;
    const fit = fitLaw(dataConstrainedLaw, plantedRows(dataConstrainedLaw, p, 80), {
      fixed,
      loss: "huber",
      resamples: 0,
    });
    expect(fit.parameters.RD / RD).toBeCloseTo(1, 6);
    expect(fit.parameters.RN / RN).toBeCloseTo(1, 6);
  });
});
