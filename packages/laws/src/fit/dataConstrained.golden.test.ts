// biome-ignore lint/style/noRestrictedImports: the golden data are files; the package itself does no I/O.
import { existsSync, readFileSync } from "node:fs";
// biome-ignore lint/style/noRestrictedImports: as above.
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { dataConstrained } from "../laws/dataConstrained.js";
import { decayOfScale } from "../laws/forms/repetition.js";
import { rSquared } from "../numerics/statistics.js";
import { muennighoffConstants } from "../published/muennighoff.js";
import type { RunRecord } from "../record.js";
import { type DataConstrainedOptions, fitDataConstrained } from "./dataConstrained.js";
import { FREE_DECAY, repeatedTerms, repetitionData, repetitionProblem } from "./dataConstrainedProblem.js";

const shared = process.env.ISOFLOP_SHARED ?? fileURLToPath(new URL("../../../../../shared", import.meta.url));
const file = `${shared}/data/datablations/fit_samples_182.csv`;
const golden = describe.skipIf(!existsSync(file) && process.env.CI !== "true");

function samples(): RunRecord[] {
  const [header, ...lines] = readFileSync(file, "utf8").trim().split("\n");
  const column = (name: string) => header!.split(",").indexOf(name);
  const [id, n, d, u, l] = ["name", "params", "tokens_total", "tokens_unique", "val_loss"].map(column) as [
    ...[number, number, number],
    ...[number, number],
  ];
  return lines.map((line) => {
    const cells = line.split(",");
    const [parameters, tokens] = [Number(cells[n]), Number(cells[d])];
    const flops = 6 * parameters * tokens;
    return { id: cells[id]!, parameters, tokens, flops, loss: Number(cells[l]), uniqueTokens: Number(cells[u]) };
  });
}

golden("the 182 samples of Muennighoff et al. 2023", () => {
  const base = muennighoffConstants;
  const fit = (options: DataConstrainedOptions = {}) =>
    fitDataConstrained(samples(), { base, resamples: 0, ...options });

  test("R2 and objective at the published parameters, to every digit", () => {
    const records = samples();
    expect(records).toHaveLength(182);
    const predicted = records.map((r) => dataConstrained(r.uniqueTokens!).loss(base, r.parameters, r.tokens));
    expect(
      rSquared(
        records.map((r) => r.loss),
        predicted,
      ),
    ).toBeCloseTo(0.7722046084968408, 13);
    const data = repetitionData(records);
    const once = new Float64Array(182).fill(1);
    const bounds = { data: FREE_DECAY, model: FREE_DECAY };
    const problem = repetitionProblem(repeatedTerms(data, base), data.logLoss, once, 1e-3, "exponential", bounds);
    // The notebook's value is a sum in single precision.
    const at = (RD: number, RN: number) => problem.value(Float64Array.of(decayOfScale(RD), decayOfScale(RN)));
    expect(at(15.387756, 5.309743)).toBeCloseTo(0.015825936570763588, 8);
  });
  test("the published fit is one of several minima, and not the lowest", () => {
    const { basins, parameters, objective, warnings } = fit();
    const near = (RD: number) => basins.find((basin) => Math.abs(basin.parameters.RD / RD - 1) < 0.01)!;
    const published = near(15.3718);
    expect(published.parameters.RD).toBeCloseTo(15.3718, 3);
    expect(published.parameters.RN).toBeCloseTo(5.3151, 3);
    expect(published.objective).toBeCloseTo(0.0158259321, 9);
    const second = near(46.9903);
    expect(second.parameters.RD).toBeCloseTo(46.9903, 3);
    expect(second.parameters.RN).toBeCloseTo(2.3296, 3);
    expect(second.objective).toBeCloseTo(0.0158073786, 9);
    // A third, further along the same valley, is lower than both.
    expect(parameters.RD).toBeCloseTo(95.365, 2);
    expect(parameters.RN).toBeCloseTo(1.7059, 3);
    expect(objective).toBeCloseTo(0.0158046625, 9);
    expect(basins.map((basin) => basin.objective)).toEqual(
      [...basins.map((basin) => basin.objective)].sort((p, q) => p - q),
    );
    expect(warnings.find((warning) => warning.code === "second-basin")?.message).toMatch(/RD 15\.37, RN 5\.315/);
  });
  test("no grid point within the valley is lower than the fit", () => {
    const data = repetitionData(samples());
    const bounds = { data: FREE_DECAY, model: FREE_DECAY };
    const once = new Float64Array(182).fill(1);
    const problem = repetitionProblem(repeatedTerms(data, base), data.logLoss, once, 1e-3, "exponential", bounds);
    let least = Number.POSITIVE_INFINITY;
    for (let RD = 5; RD < 500; RD *= 1.03) {
      for (let RN = 0.5; RN < 20; RN *= 1.03) {
        least = Math.min(least, problem.value(Float64Array.of(decayOfScale(RD), decayOfScale(RN))));
      }
    }
    expect(fit().objective).toBeLessThanOrEqual(least);
  });
  test("a start near the published values chooses their minimum", () => {
    const { parameters, basins } = fit({ near: { RD: 15.387756, RN: 5.309743 } });
    expect(parameters.RD).toBeCloseTo(15.3718, 3);
    expect(basins[0]!.parameters).toEqual(parameters);
    expect(basins.length).toBeGreaterThan(2);
  });
  test("the paper's table of alternatives: no decay, decay of one, geometric decay", () => {
    expect(fit({ decaying: "none" }).diagnostics.r2).toBeCloseTo(0.445168437876, 11);
    const data = fit({ decaying: "data" });
    // Published: R_D* 2.9157 at .016922350972890854, R2 .7354: a hundred-thousandth above the minimum.
    expect(data.parameters.RD).toBeCloseTo(2.9149, 3);
    expect(data.objective).toBeLessThan(0.016922350972890854);
    expect(data.objective).toBeCloseTo(0.0169223487, 9);
    expect(data.diagnostics.r2).toBeCloseTo(0.7354, 4);
    // Published: R_N* 713 at .0241, which is no minimum.
    const parameters = fit({ decaying: "parameters" });
    expect(parameters.parameters.RN).toBeCloseTo(0.742, 3);
    expect(parameters.objective).toBeCloseTo(0.0159235, 7);
    // Published ("Eq ar"): delta_D .0104, delta_N .3676, objective .015477441, R2 .7988.
    const geometric = fit({ form: "geometric" });
    expect(decayOfScale(geometric.parameters.RD)).toBeCloseTo(0.0104, 3);
    expect(decayOfScale(geometric.parameters.RN)).toBeCloseTo(0.3676, 3);
    expect(geometric.objective).toBeLessThan(0.015477441);
    expect(geometric.objective).toBeCloseTo(0.015477441, 7);
    expect(geometric.diagnostics.r2).toBeCloseTo(0.7988, 3);
  });
  test("bootstrap draws fall to several minima: shares add up, and R_D* is hardly determined under the held base", () => {
    const { basins, intervals95, draws } = fit({ resamples: 100 });
    expect(draws.rows).toHaveLength(100);
    expect(basins.reduce((sum, basin) => sum + basin.share!, 0)).toBeCloseTo(1, 12);
    expect(intervals95.RD![0]).toBeLessThan(15.37);
    expect(intervals95.RD![1]).toBeGreaterThan(95);
  });
});
