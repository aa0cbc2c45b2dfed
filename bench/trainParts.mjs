import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { RULE_BATCH_TOKENS, RULE_LEARNING_RATE, resolveTraining } from "../packages/lab/dist/study/hyperparameters.js";
import { hyperparametersSchema } from "../packages/lab/dist/study/hyperparametersSchema.js";
import { shapesSchema } from "../packages/lab/dist/study/shapeSchema.js";
import { shapeOfWidth } from "../packages/lab/dist/study/shapes.js";
import { countParameters, createRandom } from "../packages/laws/dist/index.js";
import { palmFlopsPerToken } from "../packages/laws/dist/library.js";
import { builtinTrainerCommand } from "../packages/trainer/dist/builtin.js";
import { CONTRACT } from "../packages/trainer/dist/contract/runSpec.js";
import { forwardFactors, parameterGroups } from "../packages/trainer/dist/model/parameters.js";

/** Bytes, as the quickstart has them. */
const VOCABULARY = 256;
/** Tokens that compute-optimal training spends on a parameter, about (Hoffmann et al. 2022). */
const TOKENS_PER_PARAMETER = 20;

/** The model that the quickstart's family has at a width, and the batch that a study trains it with. */
export function workOf(width, context, mostTokens) {
  const shape = shapeOfWidth(width, shapesSchema.parse({ context }), VOCABULARY);
  const parameters = countParameters(shape).total;
  const tokens = TOKENS_PER_PARAMETER * parameters;
  const { batch, optimizer, parametrisation } = resolveTraining(
    { context, tokens, longestTokens: tokens, fits: () => true },
    hyperparametersSchema.parse({}),
    { learningRate: { by: "rule", value: RULE_LEARNING_RATE }, batch: { by: "rule", value: RULE_BATCH_TOKENS } },
  );
  const sequences = Math.max(1, Math.min(batch.sequences, Math.round(mostTokens / context)));
  const groups = parameterGroups(shape, parametrisation);
  const factors = forwardFactors(shape, parametrisation);
  const { integer } = createRandom(1);
  return {
    width,
    context,
    parameters,
    tokens: sequences * context,
    flops: sequences * context * palmFlopsPerToken(parameters, shape),
    request: {
      shape,
      sequences,
      tokens: Array.from({ length: sequences * (context + 1) }, () => integer(VOCABULARY)),
      parametrisation,
      attentionFactor: factors.attention,
      logitsFactor: factors.logits,
      matrixFactor: groups.find(({ name }) => name === "matrices").learningRateFactor,
      optimizer,
    },
  };
}

/** A process that answers a line of JSON with a line of JSON, held to some processors where the system can do that. */
function converse(command, processors, environment) {
  const held = spawnSync("taskset", ["-c", processors, "true"]).status === 0;
  const [program, ...args] = held ? ["taskset", "-c", processors, ...command] : command;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], env: environment });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise((resolve) => {
    child.on("exit", resolve);
  });
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command.join(" ")} ended without an answer`);
    return JSON.parse(value);
  };
  return {
    answer,
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return answer();
    },
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}

const path = (file) => fileURLToPath(new URL(file, import.meta.url));

/** A worker started as the lab starts the trainer: on a run's folder, or without one to be asked for the machine's peak. */
export const openTrainer = (processors, ...folder) =>
  converse([...builtinTrainerCommand().slice(0, -1), path("trainWorkerParts.mjs"), ...folder], processors, process.env);

// Each folder is removed at the end, and there are more of them than Node thinks usual.
process.setMaxListeners(0);

/** A folder with the run.json of a model's training and its tokens, as a study has them; removed at the end. */
export function runFolderOf({ request, parameters, tokens, context }, threads) {
  const folder = mkdtempSync(join(tmpdir(), "isoflop-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const { shape, sequences, optimizer, parametrisation } = request;
  const perToken = 6 * parameters;
  const steps = 1_000_000;
  for (const split of ["train", "validation"])
    writeFileSync(join(folder, `${split}.bin`), Uint8Array.from(request.tokens));
  const spec = {
    contract: CONTRACT,
    id: "benchmark",
    name: "benchmark",
    shape,
    parameters: countParameters(shape),
    flopsPerToken: { "6N": perToken, kaplan: perToken, hoffmann: perToken },
    convention: "6N",
    role: "fit",
    steps,
    batch: { sequences, microSequences: sequences, tokens },
    tokens: steps * tokens,
    schedule: { kind: "constant", warmupSteps: 0 },
    optimizer,
    parametrisation,
    seed: 1,
    data: {
      folder,
      corpus: "random",
      corpusHash: "random",
      tokenizer: "bytes",
      tokenizerHash: "bytes",
      tokenBytes: 1,
      trainTokens: request.tokens.length,
      validationTokens: request.tokens.length,
      validationBytesPerToken: 1,
      validationSets: [],
    },
    evaluation: { everySteps: 0, sequences: Math.max(1, Math.floor(4096 / context)) },
    tasks: [],
    checkpoint: { everySteps: steps },
    runtime: { threads, device: "cpu", precision: "float32" },
    versions: {},
  };
  writeFileSync(join(folder, "run.json"), JSON.stringify(spec));
  return folder;
}

/** PyTorch without what an environment may have set that would slow it, and with the huge pages that the trainer has. */
export function openTorch(python, processors, threads) {
  const environment = {
    ...process.env,
    OMP_NUM_THREADS: String(threads),
    MKL_NUM_THREADS: String(threads),
    GLIBC_TUNABLES: "glibc.malloc.hugetlb=1",
  };
  for (const name of Object.keys(environment)) {
    if (/^(OPENBLAS_|MKL_(CBWR|DEBUG)|KMP_|ATEN_|DNNL_|ONEDNN_)/.test(name)) delete environment[name];
  }
  return converse([python, path("train_torch.py")], processors, environment);
}

/** The first Python that has PyTorch, or none. */
export function findTorch() {
  const pythons = [process.env.PYTHON, "python3", "/usr/bin/python3"].filter((python) => python !== undefined);
  return pythons.find((name) => spawnSync(name, ["-c", "import torch"]).status === 0);
}

export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle - 0.5)] + sorted[Math.ceil(middle - 0.5)]) / 2;
};

/**
 * An interval that holds the median of what the values were drawn from with 95 % at least, whatever its distribution, where
 * they are independent: from the k-th least to the k-th largest, of which k - 1 of n fair coins decide (Conover 1999,
 * section 3.2). Fewer than six values have none.
 */
export function medianInterval(values) {
  const n = values.length;
  const sorted = values.toSorted((a, b) => a - b);
  let [k, chance, below] = [0, 2 ** -n, 2 ** -n];
  while (2 * below <= 0.05) {
    k++;
    chance *= (n - k + 1) / k;
    below += chance;
  }
  return k === 0 ? undefined : [sorted[k - 1], sorted[n - k]];
}
