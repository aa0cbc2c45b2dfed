import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRandom } from "@isoflop/laws";
import { prepareCorpus, type RunSpec } from "@isoflop/trainer";
import { runId } from "../../study/identity.js";
import { parseStudy } from "../../study/parse.js";
import { resolveRuns } from "../../study/resolve.js";
import { readTaskFiles } from "../../study/taskFiles.js";

/** Of a run that is trained to its end. */
export const STEPS = 40;
/** 200 steps of the two trainers of this repository stay within it (trainers/pytorch/README.md). */
export const SAME_LOSS = 1e-3;

/** The smallest run of this study is what a trainer is tried on: its corpus and its spec are made as every study's are. */
const STUDY = `name: conformance
data: { corpus: text.txt, validation: 10%, validationSets: { other: other.txt } }
design:
  kind: isoflop
  budgets: [4e9]
  centre: [4e4]
  span: 4
  sizes: 3
  shapes: { context: 32 }
hyperparameters: { batch: 256, lr: 5e-3 }
evaluation: { everySteps: 10, sequences: 16 }
tasks: { choice: choice.jsonl }
`;

const WORDS = ["the", "power", "of", "a", "law", "is", "its", "reach", "and", "not", "beyond"];
const TASK = [
  { prompt: "the power of", choices: [" a law", " not reach"], answer: 0 },
  { prompt: "a law is", choices: [" its reach", " of of of"], answer: 0 },
];

/** Text with something to learn: a word is mostly followed by one of two. */
function text(length: number, seed: number): string {
  const { integer } = createRandom(seed);
  let word = 0;
  const words = Array.from({ length }, () => {
    word = integer(8) === 0 ? integer(WORDS.length) : (3 * word + 1 + integer(2)) % WORDS.length;
    return WORDS[word];
  });
  return words.join(" ");
}

/** A corpus, and the runs on it that a trainer is tried on. */
export interface TinyRuns {
  /** A run of so many steps, its cosine matched to it, nine checkpoints on the way; with what `change` says, and its id. */
  readonly spec: (steps: number, change?: Partial<RunSpec>) => RunSpec;
  readonly tasks: RunSpec["tasks"];
  readonly validationSets: RunSpec["data"]["validationSets"];
}

/** Makes a tiny corpus in `folder`, which must be absolute: a run that is tried lies in no study. */
export async function prepareTinyRuns(folder: string): Promise<TinyRuns> {
  const study = parseStudy(STUDY, "study.yaml");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "text.txt"), text(40_000, 1));
  await writeFile(join(folder, "other.txt"), text(4_000, 2));
  await writeFile(join(folder, "choice.jsonl"), TASK.map((question) => `${JSON.stringify(question)}\n`).join(""));
  const { data } = study;
  const corpus = await prepareCorpus({
    source: data.corpus,
    tokenizer: data.tokenizer,
    field: data.field,
    validation: data.validation,
    validationSets: data.validationSets,
    baseFolder: folder,
    cacheRoot: join(folder, "cache"),
    log: () => {},
  });
  const [smallest] = resolveRuns(study, corpus);
  if (smallest === undefined) throw new Error("a design of one budget has runs");
  const base = { ...smallest, data: { ...smallest.data, validationSets: [] } };
  const tasks = await readTaskFiles(folder, study);
  return {
    spec: (steps, change = {}) => {
      const spec = { ...base, ...lengthOf(base, steps), ...change };
      return { ...spec, id: runId(spec) };
    },
    tasks: tasks.map(({ named }) => ({ ...named, file: join(folder, named.file) })),
    validationSets: smallest.data.validationSets,
  };
}

function lengthOf(spec: RunSpec, steps: number): Pick<RunSpec, "steps" | "tokens" | "schedule" | "checkpoint"> {
  return {
    steps,
    tokens: steps * spec.batch.tokens,
    schedule: { kind: "cosine", warmupSteps: Math.ceil(steps / 20), lengthSteps: steps, floor: 0.1 },
    checkpoint: { everySteps: Math.max(1, Math.ceil(steps / 9)) },
  };
}
