import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PLANTED_KAPLAN, plantedKaplanStudy } from "../../fixtures/plantedKaplanStudy.js";
import { reportFigures } from "../../report/figureFiles.js";
import type { ReportModel } from "../../report/model.js";
import { renderReport } from "../../report/renderReport.js";
import { openStudy } from "../../study/folder.js";
import { leastWarnings } from "./kaplanOf.js";
import { reportOfStudy } from "./studyReport.js";

let folder: string;
let model: ReportModel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-kaplan-report-"));
  await plantedKaplanStudy(folder);
  model = await reportOfStudy(await openStudy(folder), "isoflop report", false);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const { steps, data, batch } = PLANTED_KAPLAN;
/** Six intervals hold all their truths in 95 of 100 studies at 2.64 standard errors instead of 1.96 (Bonferroni). */
const TOGETHER = 2.64 / 1.96;
const compute = 1 / (1 / steps.alphaS + 1 / batch.alphaB + 1 / steps.alphaN);

it("has the laws of Kaplan's experiments, the six planted exponents within their intervals", () => {
  const { kaplanLaws, criticalBatch, kaplanAllocation } = model.figures;
  const all = [
    ["L(N)", kaplanLaws?.parameters?.law?.exponentInterval, steps.alphaN],
    ["L(D)", kaplanLaws?.tokens?.law?.exponentInterval, data.alphaD],
    ["B_crit(L)", criticalBatch?.law?.alphaBInterval, batch.alphaB],
    ["N", kaplanAllocation?.parametersLaw.exponentInterval, compute / steps.alphaN],
    ["S_min", kaplanAllocation?.stepsLaw.exponentInterval, compute / steps.alphaS],
    ["B_crit", kaplanAllocation?.batchLaw?.exponentInterval, compute / batch.alphaB],
  ] as const;
  for (const [name, [low, high] = [Number.NaN, Number.NaN], planted] of all) {
    expect(Math.abs(planted - (low + high) / 2), name).toBeLessThanOrEqual((TOGETHER * (high - low)) / 2);
    expect((high - low) / planted, name).toBeLessThan(0.5);
  }
  const least = model.fits.find(({ name }) => name.startsWith("Kaplan's L(N, S_min)"));
  expect(least?.parameters.alphaS?.interval95).toBeDefined();
  expect(kaplanAllocation?.points.length).toBeGreaterThan(3);
});

it("passes on what L(N, S_min) warns of", () => {
  const warning = { code: "no-intervals", message: "No other critical batch nearby." };
  const least = { name: "kaplan-model-steps", rows: [], curves: [], batchHeld: false, warnings: [warning] };
  expect(leastWarnings(least)).toMatchObject([{ ...warning, where: "Kaplan's L(N, S_min)" }]);
});

it("has the bootstrap's intervals beside the profiles, where Approach 3 is resampled", () => {
  const profiled = model.figures.profileLikelihood?.parameters ?? [];
  expect(profiled.map(({ name }) => name)).toEqual(expect.arrayContaining(["E", "A", "B", "α", "β", "a"]));
  for (const { name, bootstrap95 } of profiled) expect(bootstrap95, name).toBeDefined();
});

it("shows Figures 1, 4, 10 and 14 first among the figures, and the law of compute in Figure 1 alone", () => {
  const page = renderReport(model);
  const order = [...page.matchAll(/<figure class="isoflop-figure isoflop-([a-z-]+)/g)].map(([, name]) => name);
  expect(order.slice(0, 5)).toEqual([
    "kaplan-laws",
    "kaplan-sizes",
    "critical-batch",
    "kaplan-allocation",
    "training-curves",
  ]);
  expect(order).not.toContain("kaplan-compute");
  expect(page).not.toContain("No Kaplan-style compute law");
  expect(reportFigures(model).map(({ name }) => name)).toEqual(expect.arrayContaining(order));
});

it("of a part that has no run yet says what is missing", () => {
  const { criticalBatch: _, kaplanAllocation: __, ...figures } = model.figures;
  const page = renderReport({ ...model, figures });
  expect(page).toContain("No critical batch:");
  expect(page).toContain("No efficient models:");
});
