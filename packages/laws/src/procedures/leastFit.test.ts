import { describe, expect, it } from "vitest";
import { fitLaw } from "../anyLaw.js";
import {
  createRandom,
  criticalBatch,
  isIsoflopError,
  kaplanModelSteps,
  type RunRecord,
  stepsAtBatch,
} from "../index.js";
import type { FittedRows } from "./fittedRows.js";
import { fitLeast } from "./leastFit.js";
import { leastCurves, leastStepRows } from "./leastSteps.js";

const logSpace = (low: number, high: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => low * (high / low) ** (i / (count - 1)));
const law = { Nc: 3e5, alphaN: 0.25, Sc: 150, alphaS: 0.6 };
const batchLaw = { Bstar: 3e4, alphaB: 0.3 };
const BATCH = 2000;
const random = createRandom(4);

/** Runs at a batch about the critical one, each with a noise of its own: ln L by 0.5 %. */
const records = logSpace(4e3, 3e5, 6).flatMap((parameters, size) =>
  [0, 1, 2].map((seed): RunRecord => {
    const own = Math.exp(0.005 * random.normal());
    const curve = logSpace(20, 2000, 120).map((least) => {
      const clean = kaplanModelSteps.value(law, { N: parameters, S: least });
      const tokens = BATCH * stepsAtBatch(least, BATCH, criticalBatch.value(batchLaw, { L: clean }));
      return { tokens, flops: 6 * parameters * tokens, loss: clean * own };
    });
    const last = curve.at(-1) ?? { tokens: 1, flops: 1, loss: 1 };
    return { id: `n${size}-s${seed}`, parameters, ...last, curve };
  }),
);
const batchTokens = Object.fromEntries(records.map(({ id }) => [id, BATCH]));
const part = (draws: readonly (readonly number[])[]): FittedRows => ({
  name: "critical-batch-scan",
  rows: [],
  fit: { parameters: batchLaw, intervals95: {}, draws: { names: ["Bstar", "alphaB"], rows: draws } },
});
/** Draws of B_crit(L) that scatter by 20 % about the planted one, its exponent by 5 %. */
const scattered = Array.from({ length: 100 }, () => {
  const alphaB = batchLaw.alphaB * Math.exp(0.05 * random.normal());
  const logLoss = Math.log(2);
  const logBatch = Math.log(batchLaw.Bstar) - logLoss / batchLaw.alphaB + 0.2 * random.normal();
  return [Math.exp(logBatch + logLoss / alphaB), alphaB];
});
const options = { resamples: 100, seed: 0 };
const widthOf = (fit: ReturnType<typeof fitLeast>, name: string): number => {
  const [low = 0, high = 0] = fit?.fit?.intervals95[name] ?? [];
  return high - low;
};

describe("L(N, S_min) through training curves", () => {
  const held = fitLeast(records, batchTokens, [part([])], options);
  const whole = fitLeast(records, batchTokens, [part(scattered)], options);

  it("has the planted constants within three standard errors, and tells them to a fifth", () => {
    for (const fit of [held, whole])
      for (const name of ["alphaN", "alphaS"] as const) {
        const error = widthOf(fit, name) / 3.92;
        expect(Math.abs((fit?.fit?.parameters[name] ?? 0) - law[name]), name).toBeLessThan(3 * error);
        expect(error / law[name], name).toBeLessThan(0.2);
      }
  });

  it("passes over checkpoints that diverged", () => {
    const spoilt = records.map((record) => ({
      ...record,
      curve: (record.curve ?? []).flatMap((point, i) => [
        point,
        ...(i === 60
          ? [
              { ...point, loss: Number.POSITIVE_INFINITY },
              { ...point, flops: Number.NaN },
            ]
          : []),
      ]),
    }));
    expect(leastCurves(spoilt, batchTokens, batchLaw)).toEqual(leastCurves(records, batchTokens, batchLaw));
  });

  it("says whether the critical batch is the same in all draws, and has wider intervals where it is not", () => {
    expect([held?.batchHeld, whole?.batchHeld]).toEqual([true, false]);
    expect(widthOf(whole, "Sc")).toBeGreaterThan(1.2 * widthOf(held, "Sc"));
    const columns = (fit: typeof held) => new Set(fit?.fit?.draws.rows.map((row) => row[4])).size;
    expect([columns(held), columns(whole)]).toEqual([1, 100]);
  });

  it.each([
    ["Sc", 2],
    ["alphaS", 3],
  ] as const)("moves %s by about as much as a fit made anew with the other critical batch does", (name, column) => {
    const centre = Math.log(held?.fit?.parameters[name] ?? 1);
    scattered.slice(0, 8).forEach(([Bstar = 1, alphaB = 1], i) => {
      const rows = leastStepRows(leastCurves(records, batchTokens, { Bstar, alphaB }));
      const anew = fitLaw(kaplanModelSteps, rows, { resamples: 0, starts: 2 });
      if (isIsoflopError(anew)) throw anew;
      const moved = Math.log(anew.parameters[name]) - centre;
      // The same resample of the curves with and without the draw of the critical batch.
      const [after = 1, before = 1] = [whole, held].map((fit) => fit?.fit?.draws.rows[i]?.[column] ?? 1);
      expect(Math.abs(Math.log(after / before) - moved), `draw ${i}`).toBeLessThan(0.1 * Math.abs(moved) + 0.01);
    });
  });

  it("is not there without a critical batch, and says why where too few curves are", () => {
    expect(fitLeast(records, batchTokens, [], options)).toBeUndefined();
    const few = fitLeast(records.slice(0, 1), {}, [part(scattered)], options);
    expect(few?.fit).toBeUndefined();
    expect(few?.problem?.statement?.name).toBe("too-few-records/rows");
  });
});

describe("B_crit(L) of a study", () => {
  const noise: FittedRows = { ...part(scattered), name: "critical-batch-noise" };
  const undetermined: FittedRows = {
    ...part(scattered),
    fit: { parameters: { Bstar: 800, alphaB: 10 }, intervals95: {}, draws: { names: [], rows: [] } },
  };

  it("is the noise scale's where the scan leaves its exponent at a bound", () => {
    const fit = fitLeast(records, batchTokens, [undetermined, noise], options);
    expect(fit?.batchHeld).toBe(false);
    expect(fit?.fit?.parameters).toEqual(fitLeast(records, batchTokens, [noise], options)?.fit?.parameters);
  });
});
