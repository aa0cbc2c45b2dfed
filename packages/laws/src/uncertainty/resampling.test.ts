import { describe, expect, test } from "vitest";
import { fitKaplan } from "../fit/kaplan.js";
import { fitParametric } from "../fit/parametric.js";
import { syntheticStudy } from "../fit/synthetic.js";
import { createRandom } from "../numerics/random.js";
import type { RunRecord } from "../record.js";
import { createResampler } from "./resampling.js";

const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
const study = (seed: number, noise = 0.004) =>
  syntheticStudy({
    truth,
    budgets: [3e9, 1e10, 3e10, 1e11, 3e11],
    sizes: 7,
    width: 16,
    noise,
    random: createRandom(seed),
  });
/** Every run seen four times, as checkpoints of one run with its noise in common. */
const checkpoints = (records: readonly RunRecord[]) =>
  records.flatMap((r) => [1, 2, 3, 4].map((k): RunRecord => ({ ...r, id: `${r.id}/${k}`, run: r.id })));

describe("what a resample draws", () => {
  const draw = (records: readonly RunRecord[], options = {}) => {
    const resampler = createResampler(records, options);
    const counts = new Float64Array(records.length);
    const shifts = new Float64Array(records.length);
    resampler.draw(createRandom(1), counts, shifts);
    expect(shifts.every((shift) => shift === 0)).toBe(true);
    return { resampler, counts };
  };
  test("rows: as many as there are, within their budgets", () => {
    const records = study(1);
    const { resampler, counts } = draw(records);
    expect(resampler).toMatchObject({ over: "rows", stratified: true });
    for (let group = 0; group < 5; group++) {
      expect(counts.slice(7 * group, 7 * group + 7).reduce((sum, c) => sum + c, 0)).toBe(7);
    }
    expect(draw(records, { stratify: false }).resampler.stratified).toBe(false);
  });
  test("runs: all observations of a run together, by default where runs repeat", () => {
    const records = checkpoints(study(1));
    const { resampler, counts } = draw(records);
    expect(resampler.over).toBe("runs");
    expect(counts.reduce((sum, c) => sum + c, 0)).toBe(records.length);
    for (let run = 0; run < 35; run++) expect(new Set(counts.slice(4 * run, 4 * run + 4)).size).toBe(1);
    expect(draw(records, { over: "rows" }).resampler.over).toBe("rows");
  });
  test("noise: every loss, by the sd given for it", () => {
    const records = study(1);
    const resampler = createResampler(records, { over: "noise", noise: [{ loss: 3, sd: 0.03 }] });
    const counts = new Float64Array(35);
    const shifts = new Float64Array(35);
    const random = createRandom(3);
    let squares = 0;
    for (let k = 0; k < 300; k++) {
      resampler.draw(random, counts, shifts);
      expect(counts.every((c) => c === 1)).toBe(true);
      records.forEach((r, i) => {
        squares += (shifts[i]! * r.loss) ** 2;
      });
    }
    expect(Math.sqrt(squares / (300 * 35)) / 0.03).toBeCloseTo(1, 1);
    expect(() => createResampler(records, { over: "noise" })).toThrow(/seed alone/);
  });
});

describe("fits by each kind of resample", () => {
  test("checkpoints of the same runs teach nothing: by runs the errors stay, by rows they would halve", () => {
    const records = study(2).map(({ budget: _, ...r }) => r);
    const repeated = checkpoints(records);
    const options = { resamples: 300, loss: "mse" } as const;
    const single = fitParametric(records, options).standardErrors.a!;
    const byRuns = fitParametric(repeated, options);
    const byRows = fitParametric(repeated, { ...options, over: "rows" });
    expect(byRuns.diagnostics.bootstrapOver).toBe("runs");
    expect(byRuns.standardErrors.a! / single).toBeGreaterThan(0.8);
    expect(byRuns.standardErrors.a! / single).toBeLessThan(1.25);
    expect(byRows.standardErrors.a! / single).toBeLessThan(0.65);
    for (const fit of [byRuns, byRows]) expect(fit.warnings.map((w) => w.code)).toContain("dependent-rows");
    const [, kaplan] = fitKaplan(repeated, { resamples: 50 });
    expect(kaplan.diagnostics.bootstrapOver).toBe("runs");
    expect(kaplan.warnings.map((w) => w.code)).toContain("dependent-rows");
  });
  test("the noise that was planted gives the errors that rows give", () => {
    const records = study(3);
    const noise = [
      { loss: 1, sd: 0.004 },
      { loss: 10, sd: 0.04 },
    ];
    for (const fitter of [
      (o: object) => fitParametric(records, { loss: "mse", ...o }),
      (o: object) => fitKaplan(records, o)[1],
    ]) {
      const byNoise = fitter({ over: "noise", noise, resamples: 300 });
      expect(byNoise.diagnostics.bootstrapOver).toBe("noise");
      const byRows = fitter({ resamples: 300 });
      const ratio = byNoise.standardErrors.a! / byRows.standardErrors.a!;
      // Kaplan's law is wrong for these runs: their residuals are more than noise.
      expect(ratio).toBeLessThan(1.5);
      if (byNoise.law === "chinchilla") expect(ratio).toBeGreaterThan(0.6);
    }
  });
  test("replicates with seeds give their own noise", () => {
    const records = [4, 5, 6].flatMap((seed) => study(seed).map((r) => ({ ...r, id: `${r.id}/${seed}`, seed })));
    const fit = fitParametric(records, { over: "noise", resamples: 200 });
    const planted = fitParametric(records, {
      over: "noise",
      resamples: 200,
      noise: [
        { loss: 1, sd: 0.004 },
        { loss: 10, sd: 0.04 },
      ],
    });
    expect(fit.standardErrors.a! / planted.standardErrors.a!).toBeGreaterThan(0.75);
    expect(fit.standardErrors.a! / planted.standardErrors.a!).toBeLessThan(1.33);
  });
});
