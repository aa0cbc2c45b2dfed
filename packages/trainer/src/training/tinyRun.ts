// Test support: a run folder with a corpus of its own, small enough to train in a second.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countParameters, createRandom } from "@isoflop/laws";
import type { RunSpec } from "../contract/runSpec.js";

const shape: RunSpec["shape"] = {
  layers: 2,
  width: 16,
  heads: 4,
  headWidth: 4,
  feedForward: 64,
  vocabulary: 256,
  context: 16,
  tiedEmbeddings: true,
  positions: "alibi",
  biases: false,
  normalisation: "layer",
  activation: "relu2",
};

/** Text with something to learn: a random walk over four letters that never repeats the last one. */
function letters(length: number, seed: number): Uint8Array {
  const { integer } = createRandom(seed);
  let letter = 0;
  return Uint8Array.from({ length }, () => {
    letter = (letter + 1 + integer(3)) % 4;
    return 97 + letter;
  });
}

export function tinySpec(data: string, change: Partial<RunSpec> = {}): RunSpec {
  const parameters = countParameters(shape);
  const perToken = 6 * parameters.total;
  const steps = change.steps ?? 40;
  return {
    contract: 2,
    id: "0123456789abcdef",
    name: "tiny",
    shape,
    parameters,
    flopsPerToken: { "6N": perToken, kaplan: perToken, hoffmann: perToken },
    convention: "6N",
    role: "fit",
    steps,
    batch: { sequences: 4, tokens: 64, microSequences: 4 },
    tokens: steps * 64,
    schedule: { kind: "cosine", warmupSteps: 4, lengthSteps: steps, floor: 0.1 },
    optimizer: { kind: "adamw", learningRate: 0.01, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clip: 1 },
    parametrisation: { kind: "mup", baseWidth: 32 },
    seed: 3,
    data: {
      folder: data,
      corpus: "letters",
      corpusHash: "letters",
      tokenizer: "bytes",
      tokenizerHash: "bytes",
      tokenBytes: 1,
      trainTokens: 5000,
      validationTokens: 700,
      validationBytesPerToken: 1,
      validationSets: [],
    },
    evaluation: { everySteps: 10, sequences: 24 },
    tasks: [],
    checkpoint: { everySteps: 7 },
    runtime: { threads: 1, device: "cpu", precision: "float32" },
    versions: {},
    ...change,
  };
}

/** Makes the corpus and returns its folder. */
export function tinyCorpus(): string {
  const folder = mkdtempSync(join(tmpdir(), "isoflop-letters-"));
  writeFileSync(join(folder, "train.bin"), letters(5000, 1));
  writeFileSync(join(folder, "validation.bin"), letters(700, 2));
  return folder;
}

export function tinyRunFolder(spec: RunSpec): string {
  const folder = join(mkdtempSync(join(tmpdir(), "isoflop-run-")), "run");
  mkdirSync(folder);
  writeFileSync(join(folder, "run.json"), JSON.stringify(spec));
  return folder;
}
