// biome-ignore lint/style/noRestrictedImports: the golden data are files; the package itself does no I/O.
import { existsSync, readFileSync } from "node:fs";
// biome-ignore lint/style/noRestrictedImports: as above.
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { RunRecord } from "../record.js";
import { logLikelihood } from "../uncertainty/likelihood.js";
import { fitParametric, type ParametricFit } from "./parametric.js";
import { fitPowerLaw } from "./powerLawFit.js";

const shared = process.env.ISOFLOP_SHARED ?? fileURLToPath(new URL("../../../../../shared", import.meta.url));
const present = existsSync(`${shared}/data`);
// Outside CI the data may be missing; then these tests are skipped, and say so.
const golden = describe.skipIf(!present && process.env.CI !== "true");
if (!present)
  console.warn(`Golden data not found in ${shared}/data: set ISOFLOP_SHARED to test against published fits.`);

function readCsv(path: string): Record<string, string>[] {
  const [header, ...lines] = readFileSync(`${shared}/data/${path}`, "utf8").trim().split("\n");
  const names = header!.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i]!, cell])));
}

function epochPoints(all = false): RunRecord[] {
  return readCsv("epoch-chinchilla/chinchilla_points_clean.csv")
    .filter((row) => all || row.dropped === "0")
    .map((row, i) => ({
      id: String(i),
      parameters: Number(row.N),
      tokens: Number(row.D),
      flops: Number(row.C),
      loss: Number(row.loss),
    }));
}

function expectParameters(fit: ParametricFit, expected: Record<string, number>, relative: number): void {
  for (const [name, value] of Object.entries(expected)) {
    const found = fit.parameters[name as keyof ParametricFit["parameters"]];
    expect(Math.abs(found / value - 1), name).toBeLessThan(relative);
  }
}

golden("Approach 3 on the 240 points of Besiroglu et al. 2024", () => {
  test("summed Huber reaches 0.0010182741 at the known optimum", () => {
    const fit = fitParametric(epochPoints(), { resamples: 0 });
    expect(fit.diagnostics.observations).toBe(240);
    expect(fit.objective).toBeLessThanOrEqual(0.0010182741);
    expect(fit.objective).toBeGreaterThan(0.001018273);
    expectParameters(fit, { A: 477.826, B: 2143.417, E: 1.81722, alpha: 0.34731, beta: 0.36717 }, 5e-5);
    expect(fit.diagnostics.startsAtOptimum).toBe(fit.diagnostics.starts);
    expect(fit.warnings).toEqual([]);
  });
  test("the five outliers put back: the optimum of all 245 points", () => {
    const fit = fitParametric(epochPoints(true), { resamples: 0 });
    expect(fit.diagnostics.observations).toBe(245);
    expect(fit.objective).toBeLessThanOrEqual(0.00182601052 * (1 + 1e-8));
    expect(fit.objective).toBeGreaterThan(0.00182601052 * (1 - 1e-8));
    expectParameters(fit, { A: 495.726, B: 12845.6, E: 1.89134, alpha: 0.34931, beta: 0.45305 }, 1e-5);
  });
  test("every one of Hoffmann's 4,500 starts, descended, reaches the same optimum", () => {
    const fit = fitParametric(epochPoints(), { resamples: 0, starts: "hoffmann-grid" });
    expect(fit.diagnostics.starts).toBe(4500);
    expect(fit.diagnostics.startsAtOptimum).toBe(4500);
    expect(fit.objective).toBeLessThanOrEqual(0.0010182740178007);
    expectParameters(fit, { A: 477.826, B: 2143.417, E: 1.81722, alpha: 0.34731, beta: 0.36717 }, 1.5e-5);
  });
  test("tied exponents and held ones: no freedom gained, and what is held stays", () => {
    const tied = fitParametric(epochPoints(), { resamples: 0, tied: true });
    expect(tied.parameters.alpha).toBe(tied.parameters.beta);
    expect(tied.objective).toBeGreaterThan(0.0010182741);
    // Muennighoff et al. 2023 hold both at .3526596.
    const held = fitParametric(epochPoints(), { resamples: 0, fixed: { alpha: 0.3526596, beta: 0.3526596 } });
    expect(held.objective).toBeGreaterThan(tied.objective);
    expect(held.parameters.alpha).toBe(0.3526596);
    const again = fitParametric(epochPoints(), {
      resamples: 0,
      fixed: { alpha: tied.parameters.alpha, beta: tied.parameters.beta },
    });
    expect(Math.abs(again.objective / tied.objective - 1)).toBeLessThan(1e-10);
  });
  test("the likelihood prefers Epoch's refit to Hoffmann's constants, unrounded or rounded, as they print", () => {
    const points = epochPoints();
    const at = (a: number, b: number, e: number, alpha: number, beta: number) => {
      let sum = 0;
      let absolute = 0;
      for (const { parameters, tokens, loss } of points) {
        const size = Math.abs(Math.log((a / parameters ** alpha + b / tokens ** beta + e) / loss));
        absolute += size;
        sum += size <= 1e-3 ? 0.5 * size * size : 1e-3 * (size - 0.5e-3);
      }
      return {
        huber: logLikelihood("huber", 1e-3, sum, points.length),
        lad: logLikelihood("lad", 0, absolute, points.length),
      };
    };
    const rounded = at(406.4, 410.7, 1.69, 0.34, 0.28);
    const unrounded = at(Math.exp(6.0073404), Math.exp(6.0179186), Math.exp(0.5267228), 0.33917084, 0.2849083);
    const refit = at(482.00572, 2085.4342, 1.81686, 0.34781, 0.36585);
    // Cell 48: 562.25, 837.78, 879.77. What they maximise is Laplace's likelihood to four digits (SOURCE.md).
    expect(Math.abs(rounded.lad - 562.25)).toBeLessThan(0.05);
    expect(Math.abs(unrounded.lad - 837.78)).toBeLessThan(0.05);
    expect(Math.abs(refit.lad - 879.77)).toBeLessThan(0.05);
    for (const { huber, lad } of [rounded, unrounded, refit]) expect(Math.abs(huber - lad)).toBeLessThan(0.5);
  });
  test("least absolute deviations give Epoch's published constants", () => {
    const fit = fitParametric(epochPoints(), { loss: "lad", resamples: 0 });
    expect(fit.objective).toBeLessThanOrEqual(0.0047062317);
    expect(fit.objective).toBeGreaterThan(0.004706);
    expectParameters(fit, { A: 482.00572, B: 2085.4342, E: 1.81686, alpha: 0.34781, beta: 0.36585 }, 2e-5);
  });
  test("the bootstrap's standard errors are the published ones", () => {
    const fit = fitParametric(epochPoints(), { resamples: 4000 });
    expect(fit.draws.rows).toHaveLength(4000);
    const published = { A: 124.5, B: 1293, E: 0.0257, alpha: 0.0154, beta: 0.0206, a: 0.02 };
    for (const [name, error] of Object.entries(published)) {
      expect(Math.abs(fit.standardErrors[name]! / error - 1), name).toBeLessThan(0.15);
    }
    expect(fit.exponents.a).toBeCloseTo(0.5139, 3);
    // Published 95 % intervals: alpha .317 to .373, beta .331 to .415, E 1.769 to 1.871.
    const published95 = { alpha: [0.317, 0.373], beta: [0.331, 0.415], E: [1.769, 1.871] } as const;
    for (const [name, interval] of Object.entries(published95)) {
      const width = interval[1] - interval[0];
      expect(Math.abs(fit.intervals95[name]![0] - interval[0]) / width, name).toBeLessThan(0.1);
      expect(Math.abs(fit.intervals95[name]![1] - interval[1]) / width, name).toBeLessThan(0.1);
    }
  });
});

golden("weighted power laws on the optima of Porian et al. 2024", () => {
  test("reproduce every published exponent to five digits", () => {
    const keyOf = (row: Record<string, string>) =>
      [row.source, row.dataset, row.hparams, row.warmup, row.decay, row.param_count, row.loss_split].join("/");
    const optima = group(readCsv("porian-isoflop/isoflop_optima.csv"), keyOf);
    const published = readCsv("porian-isoflop/published_fits.csv").filter((row) => row.fit === "bs_median_weighted");
    expect(published).toHaveLength(15);
    for (const row of published) {
      // Budgets whose minimum lay on the edge have no optimum.
      const rows = optima.get(keyOf(row))!.filter((r) => r.n !== "");
      const fit = fitPowerLaw(
        rows.map((r) => Math.log(Number(r.flops))),
        rows.map((r) => Math.log(Number(r.n))),
        rows.map((r) => Number(r.n_star_std) ** -2),
      )!;
      expect(Math.abs(fit.exponent - Number(row.n_exponent)), keyOf(row)).toBeLessThan(1e-5);
    }
  });
});

function group<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
  return groups;
}
