// nanoGPT's train.py, as an example of an adapter of one's own: isoflop adapt trainers/adapters/nanogpt.mjs "{run}" … -- …
// Number() reads what Python prints: 3.0247, 1e-05, and nan and inf as numbers that are not finite.
const ITERATION = /^iter (\d+): loss (\S+), time /;
const EVALUATION = /^step (\d+): train loss \S+, val loss (\S+)$/;
const SIZE = /^number of parameters: ([\d.]+)M$/;

export const adapter = {
  name: "nanogpt",
  // What train.py does whatever it is told. A run.json that wants anything else is refused.
  always: ({ shape }) => ({
    "shape.positions": "learned",
    "shape.normalisation": "layer",
    "shape.activation": "gelu",
    "shape.tiedEmbeddings": true,
    "shape.feedForward": 4 * shape.width,
    "optimizer.kind": "adamw",
    "optimizer.epsilon": 1e-8,
    "schedule.kind": "cosine",
    "parametrisation.kind": "standard",
  }),
  read: (line, { spec }) => {
    const evaluation = EVALUATION.exec(line);
    // Evaluated before the update of that number: after so many.
    if (evaluation) return [{ kind: "validation", step: Number(evaluation[1]), loss: Number(evaluation[2]) }];
    const size = SIZE.exec(line);
    // It counts all but the position embeddings, in millions with two decimals.
    if (size) {
      return [
        { kind: "fact", field: "parameters.block", value: size[1] * 1e6 - spec.parameters.embedding, tolerance: 0.01 },
      ];
    }
    const iteration = ITERATION.exec(line);
    const step = Number(iteration?.[1]) + 1;
    // With max_iters = steps it makes one update more, after its last evaluation: no part of the run.
    return iteration && step <= spec.steps ? [{ kind: "training", step, loss: Number(iteration[2]) }] : [];
  },
};
