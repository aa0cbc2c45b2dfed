// What `isoflop next` is worth: planted laws, a small ladder, then runs added by its design, by regular grids, at random. Prints the
// tables of docs/next.md and draws its figures.
// npm run build && node dev/nextDesign.mjs [--trials 80]
import { writeFileSync } from "node:fs";
import { nextDesign as drawNext, figureSvg } from "../packages/figures/dist/index.js";
import {
  besiroglu2024,
  chinchilla,
  createRandom,
  fitParametric,
  forecast,
  nextDesign,
  orThrow,
  syntheticStudy,
} from "../packages/laws/dist/index.js";

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const trials = Number(option("trials", 80));

const law = besiroglu2024.chinchilla;
const ladder = { truth: law, budgets: [1e18, 3e18, 1e19, 3e19], sizes: 7, width: 16 };
const noise = 0.003;
const target = 1e22;
const budgets = [1e20, 3e20, 1e21, 3e21];

/** ln of a truth's loss: the law, and what it leaves out. */
const exact = (n, d) => Math.log(chinchilla.loss(law, n, d));
const truths = {
  "the law": exact,
  "small models worse: + 4 % / (N / 20M)": (n, d) => exact(n, d) + (0.04 * 2e7) / n,
};

/** Where a truth is best at the target's compute: on a fine grid. */
function optimumOf(truth) {
  const own = chinchilla.optimum(law, target);
  let best = { logLoss: Number.POSITIVE_INFINITY, logN: 0 };
  for (let x = -2; x <= 2; x += 0.001) {
    const n = own.parameters * Math.exp(x);
    const logLoss = truth(n, target / (6 * n));
    if (logLoss < best.logLoss) best = { logLoss, logN: Math.log(n) };
  }
  return best;
}

const grid = (fit, budget, sizes, span) => {
  const centre = chinchilla.optimum(fit.parameters, budget).parameters;
  return Array.from({ length: sizes }, (_, i) => {
    const parameters = centre * span ** (i / (sizes - 1) - 0.5);
    return { parameters, tokens: budget / (6 * parameters) };
  });
};
const each = (design) => design.runs.flatMap((run) => Array(run.seeds).fill(run));

/** Runs for `flops`, by each way of choosing them. */
function waysFor(records, fit, flops, random) {
  const next = (drift) => orThrow(nextDesign(records, fit, { flops, target, shares: [], ...drift }));
  const design = next({});
  return {
    "isoflop next": each(design),
    "next, drift 0": each(next({ drift: 0 })),
    "one profile of 7": grid(fit, flops / 7, 7, 8),
    "three profiles of 7": [1, 3, 9].flatMap((part) => grid(fit, flops / (7 * part * (1 + 1 / 3 + 1 / 9)), 7, 8)),
    "at random": atRandom(design.candidates, flops, random),
  };
}

/** Of the design's own candidates, at most as many runs. */
function atRandom(candidates, flops, random) {
  const chosen = [];
  let left = flops;
  for (;;) {
    const possible = candidates.filter((run) => run.flops <= left);
    if (possible.length === 0 || chosen.length >= 24) return chosen;
    const run = possible[random.integer(possible.length)];
    chosen.push(run);
    left -= run.flops;
  }
}

/** Fits with `resamples`; budgets do not matter to Approach 3, and added runs have none. */
const fitted = (runs, resamples, seed) => orThrow(fitParametric(runs, { resamples, random: createRandom(seed) }));
const rootMeanSquare = (values) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
const measure = (runs, truth, random, from) =>
  runs.map(({ parameters, tokens }, i) => ({
    id: `${from}-${i}`,
    parameters,
    tokens,
    flops: 6 * parameters * tokens,
    loss: Math.exp(truth(parameters, tokens) + noise * random.normal()),
  }));

function study(name, flops) {
  const errors = {};
  for (let trial = 0; trial < trials; trial++) {
    const random = createRandom(1000 + trial);
    const truth = truths[name];
    const best = optimumOf(truth);
    const base = measure(syntheticStudy(ladder), truth, random, "base");
    const ways = { nothing: [], ...waysFor(base, fitted(base, 100, trial), flops, random) };
    for (const [way, added] of Object.entries(ways)) {
      const fit = fitted([...base, ...measure(added, truth, random, "added")], 200, trial);
      const { optimum, intervals95 } = orThrow(forecast(fit, target));
      errors[way] ??= { loss: [], size: [], held: [0, 0], width: [], runs: 0 };
      const of = errors[way];
      of.loss.push(Math.log(optimum.loss) - best.logLoss);
      of.size.push(Math.log(optimum.parameters) - best.logN);
      of.width.push(Math.log(intervals95.loss[1] / intervals95.loss[0]));
      of.runs += added.length / trials;
      const holds = ([low, high], value) => low <= Math.exp(value) && Math.exp(value) <= high;
      of.held[0] += holds(intervals95.loss, best.logLoss) / trials;
      of.held[1] += holds(intervals95.parameters, best.logN) / trials;
    }
  }
  return Object.entries(errors).map(([way, of]) => ({
    way,
    ...of,
    loss: rootMeanSquare(of.loss),
    size: rootMeanSquare(of.size),
    width: of.width.sort((a, b) => a - b)[of.width.length >> 1],
  }));
}

const percent = (value, digits) => (100 * value).toFixed(digits);
const table = (header, rows) =>
  console.log([header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n"));
const results = {};
for (const name of Object.keys(truths)) {
  const found = budgets.map((flops) => study(name, flops));
  results[name] = found;
  console.log(`\nTruth: ${name}; ${trials} trials\n`);
  table(
    ["added", ...budgets.map((flops) => flops.toExponential())],
    found[0].map(({ way }, i) => [
      way,
      ...found.map((rows) => {
        const { loss, size, held, width, runs } = rows[i];
        return `${percent(loss, 2)} / ${percent(size, 1)}; ${percent(width / 2, 2)}; ${percent(held[0], 0)}, ${percent(held[1], 0)}; ${runs.toFixed(0)}`;
      }),
    ]),
  );
}

// One of the studies, with the errors found in all of them.
const records = measure(syntheticStudy(ladder), truths["the law"], createRandom(1000), "run");
const design = orThrow(nextDesign(records, fitted(records, 100, 0), { flops: 1e21, target, shares: [] }));
const named = (runs) => runs.map((run) => ({ name: `${run.flops.toExponential(1)} FLOPs`, ...run }));
const errorsOf = (rows, way) => {
  const { loss, size } = rows.find((row) => row.way === way);
  return { loss, parameters: size };
};
const measured = results["the law"];
const figure = {
  target: design.target,
  candidates: design.candidates,
  runs: records.map(({ id, ...run }) => ({ name: id, ...run })),
  proposed: named(design.runs),
  grid: named(design.grid.runs),
  before: errorsOf(measured.at(-1), "nothing"),
  curve: budgets.map((flops, i) => ({
    flops,
    design: errorsOf(measured[i], "isoflop next"),
    grid: errorsOf(measured[i], "one profile of 7"),
  })),
};
const path = new URL("../docs/figures/next-planted.svg", import.meta.url);
writeFileSync(path, `${figureSvg(drawNext, figure, { widths: [960] })}\n`);
