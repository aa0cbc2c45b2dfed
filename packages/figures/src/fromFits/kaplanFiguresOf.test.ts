import {
  computeAtBatch,
  criticalBatch,
  isIsoflopError,
  kaplanComputeExponent,
  kaplanModelSteps,
  type RunRecord,
  stepsAtBatch,
} from "@isoflop/laws";
import { fitLaw } from "@isoflop/laws/anyLaw";
import { leastCurves, leastStepRows } from "@isoflop/laws/procedures";
import { expect, it } from "vitest";
import { logSpace } from "../ticks.js";
import { kaplanFiguresOf } from "./kaplanFiguresOf.js";

const law = { Nc: 6.5e13, alphaN: 0.077, Sc: 2.1e3, alphaS: 0.76 };
const batchLaw = { Bstar: 2.1e8, alphaB: 0.21 };
const BATCH = 5e5;

/** Runs that follow L(N, S_min) exactly, as they look at a finite batch. */
const records = logSpace(1e6, 1e9, 7).map((parameters, index): RunRecord => {
  const curve = logSpace(1e2, 1e6, 400).map((least) => {
    const loss = kaplanModelSteps.value(law, { N: parameters, S: least });
    const critical = criticalBatch.value(batchLaw, { L: loss });
    const tokens = BATCH * stepsAtBatch(least, BATCH, critical);
    return { tokens, flops: 6 * parameters * tokens, loss };
  });
  const last = curve.at(-1) ?? { tokens: 1, flops: 1, loss: 1 };
  return { id: `r${index}`, parameters, ...last, curve };
});
const batchTokens = Object.fromEntries(records.map(({ id }) => [id, BATCH]));
const curves = leastCurves(records, batchTokens, batchLaw);
const nothing = { intervals95: {}, draws: { names: [], rows: [] } };

it("turns curves at a finite batch into those over S_min and C_min: equations 5.4 and 5.5", () => {
  for (const { parameters, points } of curves) {
    for (const { steps, flops, loss } of points) {
      // Means over a stretch of a curved line.
      expect(kaplanModelSteps.value(law, { N: parameters, S: steps }) / loss).toBeCloseTo(1, 3);
      const critical = criticalBatch.value(batchLaw, { L: loss });
      const taken = computeAtBatch(flops, BATCH, critical) / (6 * parameters * BATCH);
      expect(taken / stepsAtBatch(steps, BATCH, critical)).toBeCloseTo(1, 3);
    }
  }
  const fit = fitLaw(kaplanModelSteps, leastStepRows(curves), { resamples: 0 });
  if (isIsoflopError(fit)) throw fit;
  expect(fit.parameters.alphaN / law.alphaN).toBeCloseTo(1, 2);
});

it("draws the allocation by equation 6.5, and only from what was measured", () => {
  const sources = { records, names: new Map(), compute: undefined, modelData: undefined };
  const batch = { name: "critical-batch-scan", rows: [], fit: { parameters: batchLaw, ...nothing } };
  const { kaplanAllocation, kaplanSizes } = kaplanFiguresOf({
    ...sources,
    parts: [batch],
    least: { curves, fit: { parameters: law, ...nothing }, batchHeld: true },
  });
  const exponent = kaplanComputeExponent(law, batchLaw);
  expect(kaplanAllocation?.parametersLaw.exponent).toBeCloseTo(exponent / law.alphaN, 12);
  expect(kaplanAllocation?.stepsLaw.exponent).toBeCloseTo(exponent / law.alphaS, 12);
  expect(kaplanSizes?.steps?.runs.length).toBe(7);
  expect(kaplanFiguresOf({ ...sources, parts: [] })).toEqual({});
});

it("gives no run's mark to a scan's points, and takes the noise scale's law where the scan's is at its bound", () => {
  const sources = { records, names: new Map([["r1", "middle"]]), compute: undefined, modelData: undefined };
  const rows = [2, 3].map((L) => ({ inputs: { L }, y: 500, run: "seed 0", interval95: [400, 600] as const }));
  const scan = (alphaB: number) => ({
    name: "critical-batch-scan",
    rows,
    fit: { parameters: { Bstar: 500, alphaB }, ...nothing },
  });
  const noise = {
    name: "critical-batch-noise",
    rows: [{ inputs: { L: 2 }, y: 450, run: "r1" }],
    fit: { parameters: batchLaw, ...nothing },
  };
  const drawn = (...parts: readonly (typeof noise)[]) => kaplanFiguresOf({ ...sources, parts }).criticalBatch;
  expect(drawn(scan(0.3), noise)?.points.map(({ id, name, interval95 }) => [id, name, interval95])).toEqual([
    [undefined, "seed 0", [400, 600]],
    [undefined, "seed 0", [400, 600]],
    ["r1", "middle", undefined],
  ]);
  expect(drawn(scan(0.3), noise)?.law).toEqual({ from: "scan", fewScans: true, Bstar: 500, alphaB: 0.3 });
  expect(drawn(scan(10), noise)?.law).toEqual({ from: "noise", otherAtBound: true, ...batchLaw });
  expect(drawn(scan(10))?.law).toMatchObject({ from: "scan", atBound: true });
});

it("draws L(N) and L(D) from a study's parts, with the runs' names", () => {
  const rows = [1e6, 1e7, 1e8].map((N, i) => ({ inputs: { N }, y: (8.8e13 / N) ** 0.076, run: `r${i}` }));
  const { kaplanLaws } = kaplanFiguresOf({
    records,
    names: new Map([["r1", "middle"]]),
    compute: undefined,
    modelData: undefined,
    parts: [{ name: "kaplan-parameters", rows, fit: { parameters: { Nc: 8.8e13, alphaN: 0.076 }, ...nothing } }],
  });
  expect(kaplanLaws?.parameters?.law).toEqual({ scale: 8.8e13, exponent: 0.076 });
  expect(kaplanLaws?.parameters?.points.map(({ id, name }) => [id, name])).toEqual([
    ["r0", "r0"],
    ["r1", "middle"],
    ["r2", "r2"],
  ]);
  expect(kaplanLaws?.tokens).toBeUndefined();
  const few = kaplanFiguresOf({
    records,
    names: new Map(),
    compute: undefined,
    modelData: undefined,
    parts: [{ name: "kaplan-parameters", rows: rows.slice(0, 1) }],
  });
  expect(few.kaplanLaws?.parameters?.points).toHaveLength(1);
  expect(few.kaplanLaws?.parameters?.law).toBeUndefined();
});
