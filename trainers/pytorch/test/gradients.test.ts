import { createRandom } from "@isoflop/laws";
import ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import type { RunSpec } from "../../../packages/trainer/src/contract/runSpec.js";
import { type ParameterGroup, parameterGroups } from "../../../packages/trainer/src/model/parameters.js";
import { serialiseModel } from "../../../packages/trainer/src/onnx/serialise.js";
import { elementCount, type FloatType } from "../../../packages/trainer/src/onnx/tensorType.js";
import { gradientModel } from "../../../packages/trainer/src/training/graphs.js";
import { tinySpec } from "../../../packages/trainer/src/training/tinyRun.js";
import { askPython } from "./ask.js";
import { python } from "./python.js";

const base = tinySpec("");
const sequences = 3;

/** Every architecture of the contract; muP and the standard parametrisation in turn. */
const architectures: RunSpec[] = [];
for (const positions of ["learned", "alibi", "rope", "none"] as const)
  for (const normalisation of ["layer", "rms"] as const)
    for (const activation of ["gelu", "relu2", "swiglu"] as const)
      for (const biases of [false, true])
        for (const tiedEmbeddings of [false, true]) {
          const kind = architectures.length % 3 === 1 ? "standard" : "mup";
          architectures.push({
            ...base,
            // A width that is not heads x headWidth, and counts that differ, so that no axis can be taken for another.
            shape: {
              ...{ layers: 2, width: 14, heads: 3, headWidth: 4, feedForward: 20, vocabulary: 31, context: 9 },
              ...{ positions, normalisation, activation, biases, tiedEmbeddings },
            },
            batch: { ...base.batch, tokens: 9 * base.batch.sequences },
            parametrisation: { kind, baseWidth: 8 },
          });
        }

const label = ({ shape, parametrisation }: RunSpec) =>
  `${shape.positions}, ${shape.normalisation}, ${shape.activation}${shape.biases ? ", biases" : ""}${shape.tiedEmbeddings ? ", tied" : ""}, ${parametrisation.kind}`;

const { integer, normal } = createRandom(11);
const windows = Int32Array.from({ length: sequences * 10 }, () => integer(31));

/** Parameters at which no term is hidden: gains are not one, biases not zero, logits not all alike. */
const drawParameters = (groups: readonly ParameterGroup[]) =>
  groups.map((group) =>
    Float32Array.from(
      group.tensors.flatMap(({ shape, initialisation }) => {
        const centre = initialisation.kind === "constant" ? initialisation.value : 0;
        return Array.from({ length: elementCount(shape) }, () => centre + 0.3 * normal());
      }),
    ),
  );

async function builtIn(spec: RunSpec, flat: readonly Float32Array[], float: FloatType): Promise<number[][]> {
  const groups = parameterGroups(spec.shape, spec.parametrisation);
  const session = await ort.InferenceSession.create(serialiseModel(gradientModel(spec, sequences, float)), {
    logSeverityLevel: 3,
  });
  const tensor = (data: Float32Array) =>
    new ort.Tensor(float, float === "float32" ? data : Float64Array.from(data), [data.length]);
  const outputs = await session.run({
    ...Object.fromEntries(groups.map(({ name }, i) => [`parameters.${name}`, tensor(flat[i]!)])),
    tokens: new ort.Tensor("int32", windows, [sequences, spec.shape.context + 1]),
  });
  const gradients = groups.map(({ name }) => Array.from(outputs[`gradient.${name}`]!.data as Float32Array));
  return [Array.from(outputs.loss!.data as Float32Array), ...cut(groups, gradients.flat())];
}

/** One piece a tensor. */
function cut(groups: readonly ParameterGroup[], flat: readonly number[]): number[][] {
  let rest = flat;
  return groups.flatMap((group) =>
    group.tensors.map(({ shape }) => {
      const piece = rest.slice(0, elementCount(shape));
      rest = rest.slice(piece.length);
      return piece;
    }),
  );
}

/** Largest difference in loss or any tensor's gradient, relative to the largest element. */
function worstDifference(ours: readonly number[][], theirs: readonly number[][]): number {
  const differences = ours.map((tensor, i) => {
    const scale = Math.max(...tensor.map(Math.abs));
    return Math.max(...tensor.map((x, j) => Math.abs(x - theirs[i]![j]!))) / scale;
  });
  return Math.max(...differences);
}

describe.skipIf(python === undefined)("the same weights and batch give PyTorch's loss and every gradient", () => {
  test.each([
    // Not exactly: ONNX Runtime folds constant factors into Gemm's alpha, which is a float32 even there.
    ["float64", 1e-6],
    ["float32", 1e-4],
  ] as const)(
    "in %s, over all architectures, within %d of each tensor's largest",
    async (float, tolerance) => {
      const flats = architectures.map((spec) => drawParameters(parameterGroups(spec.shape, spec.parametrisation)));
      const requests = architectures.map((spec, i) => {
        const parameters = Float32Array.from(flats[i]!.flatMap((flat) => Array.from(flat)));
        return { ask: "gradients" as const, spec, float, parameters, windows: Array.from(windows) };
      });
      const answers = askPython(requests);
      const off: string[] = [];
      for (const [i, spec] of architectures.entries()) {
        const [loss, ...rest] = answers[i]!;
        const theirs = [[loss!], ...cut(parameterGroups(spec.shape, spec.parametrisation), rest)];
        const worst = worstDifference(await builtIn(spec, flats[i]!, float), theirs);
        if (!(worst < tolerance)) off.push(`${label(spec)}: ${worst}`);
      }
      expect(off).toEqual([]);
      expect(architectures).toHaveLength(96);
    },
    300_000,
  );
});
