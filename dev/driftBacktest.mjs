// Are the standard errors that `isoflop next` states of the right size? Approach 3 is fitted to the smaller budgets of Porian et al.
// 2024's 15 configurations and asked for each larger one; its errors against the optima that the paper's authors found there are
// divided by the standard errors expected, by noise alone and with the law's drift (docs/next.md).
// npm run build && node dev/driftBacktest.mjs ../shared/data
import { join } from "node:path";
import { createRandom, fitParametric, isIsoflopError, nextDesign, orThrow } from "../packages/laws/dist/index.js";
import { csvRows } from "./csvRows.mjs";

const folder = join(process.argv[2] ?? "../shared/data", "porian-isoflop");
const rows = (path) => csvRows(join(folder, path));
const nameOf = (row) =>
  [row.source, row.dataset, row.hparams, row.warmup, row.decay, row.param_count, row.loss_split].join();
const grouped = (all) => {
  const groups = new Map();
  for (const row of all) groups.set(nameOf(row), [...(groups.get(nameOf(row)) ?? []), row]);
  return groups;
};

/** Fewer budgets hardly determine five parameters. */
const FEWEST_BUDGETS = 5;
const optima = grouped(rows("isoflop_optima.csv").filter((row) => row.argmin_on_edge !== "1"));
const found = [];
for (const [name, points] of grouped(rows("isoflop_points.csv"))) {
  const runs = points.map((row, i) => ({
    id: String(i),
    parameters: Number(row.n),
    tokens: Number(row.tokens),
    flops: Number(row.flops),
    loss: Number(row.loss),
  }));
  const budgets = [...new Set(runs.map((run) => run.flops))].sort((a, b) => a - b);
  for (let k = FEWEST_BUDGETS; k < budgets.length; k++) {
    const shown = runs.filter((run) => run.flops <= budgets[k - 1]);
    const fit = fitParametric(shown, { resamples: 60, random: createRandom(0) });
    if (isIsoflopError(fit)) continue;
    for (const target of budgets.slice(k)) {
      const optimum = (optima.get(name) ?? []).find((row) => Math.abs(Number(row.flops) / target - 1) < 0.01);
      if (optimum === undefined) continue;
      const design = orThrow(
        nextDesign(shown, fit, { flops: target / 10, target, maxRun: target / 20, runs: 1, shares: [] }),
      );
      const { before, target: expected } = design;
      const loss = Math.log(expected.loss / Number(optimum.loss));
      const size = Math.log(expected.parameters / Number(optimum.n));
      found.push({
        reach: target / budgets[k - 1],
        loss: [loss / before.loss.byNoise, loss / before.loss.standardError],
        size: [size / before.parameters.byNoise, size / before.parameters.standardError],
      });
    }
  }
}

const size = (values) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length).toFixed(1);
const held = (values) => `${Math.round((100 * values.filter((v) => Math.abs(v) <= 1.96).length) / values.length)} %`;
console.log(
  "| reach | forecasts | loss, noise alone | loss, with drift | N_opt, noise alone | N_opt, with drift |\n| --- | --- | --- | --- | --- | --- |",
);
for (const [from, to] of [
  [1, 3],
  [3, 10],
  [10, 40],
  [40, 1000],
]) {
  const those = found.filter(({ reach }) => reach > from && reach <= to);
  if (those.length === 0) continue;
  const cell = (answer, which) => {
    const values = those.map((one) => one[answer][which]);
    return `${size(values)}, ${held(values)}`;
  };
  console.log(
    `| ${from} to ${to} | ${those.length} | ${cell("loss", 0)} | ${cell("loss", 1)} | ${cell("size", 0)} | ${cell("size", 1)} |`,
  );
}
