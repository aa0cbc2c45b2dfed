import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { RULE_BATCH_TOKENS, RULE_LEARNING_RATE, resolveTraining } from "../packages/lab/dist/study/hyperparameters.js";
import { hyperparametersSchema } from "../packages/lab/dist/study/hyperparametersSchema.js";
import { shapesSchema } from "../packages/lab/dist/study/shapeSchema.js";
import { shapeOfWidth } from "../packages/lab/dist/study/shapes.js";
import { countParameters, createRandom } from "../packages/laws/dist/index.js";
import { palmFlopsPerToken } from "../packages/laws/dist/library.js";
import { builtinTrainerCommand } from "../packages/trainer/dist/builtin.js";
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
      tokens: Array.from({ length: sequences * (context + 1) + 1 }, () => integer(VOCABULARY)),
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
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${command.join(" ")} ended without an answer`);
      return JSON.parse(value);
    },
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}

const path = (file) => fileURLToPath(new URL(file, import.meta.url));

/** A worker started as the lab starts the trainer. */
export const openTrainer = (processors) =>
  converse([...builtinTrainerCommand().slice(0, -1), path("trainWorkerParts.mjs")], processors, process.env);

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

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
