// How good is the choice by backtest? Each trial shows the rule the smaller budgets of a study, and scores every procedure, fitted to the same
// budgets, by its cost on the next three. Prints mean costs in per cent of the loss. After `npm run build`:
//   node dev/backtestRule.mjs simulated
//   node dev/backtestRule.mjs path/to/isoflop_points.csv   (Porian et al. 2024: columns flops, n, tokens, loss and those of a configuration)
import {
  backtestSeries,
  chooseByBacktest,
  createRandom,
  fitIsoflop,
  fitKaplan,
  fitParametric,
  orThrow,
  syntheticStudy,
} from "../packages/laws/dist/index.js";
import { csvRows } from "./csvRows.mjs";

const procedures = [
  { name: "2", freeParameters: 3, fit: (runs) => fitIsoflop(runs, { resamples: 0 }) },
  { name: "3", freeParameters: 5, fit: (runs) => fitParametric(runs, { resamples: 0 }) },
  {
    name: "3-least-squares",
    freeParameters: 5,
    fit: (runs) => fitParametric(runs, { resamples: 0, loss: "mse" }),
  },
  { name: "kaplan", freeParameters: 4, fit: (runs) => orThrow(fitKaplan(runs, { resamples: 0 }))[1] },
];
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Cost of every procedure's fit up to `last`, over the budgets beyond it; undefined where one has none. */
function costsBeyond(runs, last) {
  const { cells } = orThrow(backtestSeries(runs, procedures));
  const costs = procedures.map(({ name }) => {
    const own = cells.filter(
      (cell) => cell.procedure === name && cell.fittedTo === last && cell.against === "minimum" && !cell.leftOut,
    );
    return [name, mean(own.map((cell) => cell.absoluteLogError + cell.allocationLogRegret))];
  });
  return costs.every(([, cost]) => Number.isFinite(cost)) ? Object.fromEntries(costs) : undefined;
}

function trial(runs, fitted, into) {
  const budgets = [...new Set(runs.map((run) => run.budget))].sort((a, b) => a - b);
  const last = budgets[fitted - 1];
  const { chosen } = chooseByBacktest(
    orThrow(
      backtestSeries(
        runs.filter((run) => run.budget <= last),
        procedures,
      ),
    ),
  );
  const reach = budgets[Math.min(fitted + 2, budgets.length - 1)];
  const costs = costsBeyond(
    runs.filter((run) => run.budget <= reach),
    last,
  );
  if (chosen !== undefined && costs !== undefined) into.push({ ...costs, rule: costs[chosen] });
}

function report(name, trials) {
  const columns = ["rule", ...procedures.map((procedure) => procedure.name)];
  const shown = columns.map((column) => `${column} ${(100 * mean(trials.map((one) => one[column]))).toFixed(2)}`);
  const best = mean(trials.map(({ rule: _, ...costs }) => Math.min(...Object.values(costs))));
  console.log(`${name}: ${trials.length} trials; ${shown.join(", ")}, best in hindsight ${(100 * best).toFixed(2)}`);
}

function simulated() {
  const random = createRandom(5);
  const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
  const budgets = Array.from({ length: 8 }, (_, i) => 3e9 * 3 ** i);
  for (const [noise, bend] of [
    [0.004, 0],
    [0.01, 0],
    [0.004, 0.05],
    [0.004, -0.05],
  ]) {
    const trials = [];
    for (let i = 0; i < 30; i++) {
      const runs = syntheticStudy({ truth, budgets, sizes: 7, width: 12, noise, random }).map((run) => ({
        ...run,
        loss: run.loss * (1 + bend * (run.flops / budgets[0]) ** -0.5),
      }));
      for (const fitted of [4, 5, 6]) trial(runs, fitted, trials);
    }
    report(`noise ${noise}, smallest budget ${100 * bend} % off the law`, trials);
  }
}

function porian(path) {
  const studies = new Map();
  for (const row of csvRows(path)) {
    const { flops, n, tokens, loss, ...configuration } = row;
    const key = JSON.stringify(configuration);
    const run = {
      id: String(studies.size),
      parameters: +n,
      tokens: +tokens,
      flops: +flops,
      loss: +loss,
      budget: +flops,
    };
    studies.set(key, [...(studies.get(key) ?? []), run]);
  }
  const trials = [];
  for (const runs of studies.values()) {
    const budgets = new Set(runs.map((run) => run.budget)).size;
    for (let fitted = 5; fitted < budgets; fitted++) trial(runs, fitted, trials);
  }
  report(`${studies.size} configurations of ${path}`, trials);
}

const [source = "simulated"] = process.argv.slice(2);
if (source === "simulated") simulated();
else porian(source);
