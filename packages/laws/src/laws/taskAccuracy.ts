import type { Law } from "./law.js";

/** Names of the parameters. */
export type TaskAccuracyParameterName = "a" | "k" | "L0" | "b";

/**
 * Step 2 of the model ladders: accuracy on a task as a sigmoid of its task loss, which step 1 predicts from N and D by the
 * chinchilla form (fit/taskLadder.ts chains the two). The task loss is that of the right answer in bits per byte of it
 * (section 2.2). a is negative: accuracy falls from b to b + a as the loss rises.
 */
export const taskAccuracy: Law<TaskAccuracyParameterName, "L"> = {
  name: "task-accuracy",
  form: "Acc(L) = a / (1 + exp(-k (L - L0))) + b",
  source: "Bhagia et al. 2024 (arXiv:2412.04403), equation 2 (step 2)",
  inputs: { L: { unit: "bits/byte", meaning: "task loss: of the right answer", range: [0.3, 2] } },
  output: { unit: "1", meaning: "accuracy, a share" },
  residuals: "linear",
  parameters: {
    a: {
      unit: "1",
      meaning: "accuracy lost from the lowest to the highest loss, negative",
      support: "real",
      bounds: [-2, 0],
      linear: true,
    },
    k: { unit: "bytes/bit", meaning: "steepness", bounds: [1e-3, 1e4] },
    L0: { unit: "bits/byte", meaning: "task loss at the middle of the fall" },
    b: { unit: "1", meaning: "accuracy at the lowest loss", linear: true, bounds: [1e-6, 2] },
  },
  value: (p, x) => p.a * sigmoid(p.k * (x.L - p.L0)) + p.b,
  gradient(p, x) {
    const share = sigmoid(p.k * (x.L - p.L0));
    const slope = p.a * share * sigmoid(-p.k * (x.L - p.L0));
    return { a: share, k: slope * (x.L - p.L0), L0: -slope * p.k, b: 1 };
  },
  rescale: (p, by, output) => ({ a: p.a * output, b: p.b * output, k: p.k / by.L, L0: p.L0 * by.L }),
  published: {
    parameters: { a: -0.6, k: 5, L0: 0.9, b: 0.85 },
    source: "an example of ours: a task of four choices, chance 0.25",
  },
};

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}
