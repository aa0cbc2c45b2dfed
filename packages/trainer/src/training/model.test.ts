import { countParameters, createRandom } from "@isoflop/laws";
import ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import type { RunSpec } from "../contract/runSpec.js";
import { initialParameters } from "../model/initialise.js";
import { parameterGroups } from "../model/parameters.js";
import { serialiseModel } from "../onnx/serialise.js";
import { elementCount } from "../onnx/tensorType.js";
import { stepScalars } from "../optimiser/adamw.js";
import { gradientModel, type ModelDescription, trainingModel } from "./graphs.js";
import { openSession } from "./session.js";
import { scalarTensor, stateNames, toTensors } from "./state.js";

const shape: RunSpec["shape"] = {
  layers: 2,
  width: 8,
  heads: 2,
  headWidth: 4,
  feedForward: 16,
  vocabulary: 11,
  context: 5,
  tiedEmbeddings: true,
  positions: "learned",
  biases: false,
  normalisation: "layer",
  activation: "relu2",
};
const describeModel = (
  change: Partial<ModelDescription>,
  shapeChange: Partial<RunSpec["shape"]> = {},
): ModelDescription => ({
  shape: { ...shape, ...shapeChange },
  parametrisation: { kind: "mup", baseWidth: 4 },
  ...change,
});
const llama = { positions: "rope", normalisation: "rms", activation: "swiglu", tiedEmbeddings: false } as const;
const { integer } = createRandom(3);
const tokens = Int32Array.from({ length: 2 * 6 }, () => integer(11));

describe("the whole model's gradient matches finite differences in float64", () => {
  test.each([
    ["relu2, muP, learned positions", describeModel({})],
    [
      "gelu, standard parametrisation",
      describeModel({ parametrisation: { kind: "standard", baseWidth: 4 } }, { activation: "gelu" }),
    ],
    ["ALiBi", describeModel({}, { positions: "alibi" })],
    ["no positions", describeModel({}, { positions: "none" })],
    ["Llama", describeModel({}, llama)],
    ["biases, untied", describeModel({}, { biases: true, tiedEmbeddings: false })],
  ])("%s", async (_, description) => {
    const groups = parameterGroups(description.shape, description.parametrisation);
    const session = await ort.InferenceSession.create(serialiseModel(gradientModel(description, 2, "float64")), {
      logSeverityLevel: 3,
    });
    const flat = initialParameters(groups, 5).map((array) => Float64Array.from(array));
    const run = (at: readonly Float64Array[]) =>
      session.run({
        ...Object.fromEntries(
          groups.map(({ name }, i) => [`parameters.${name}`, new ort.Tensor("float64", at[i]!, [at[i]!.length])]),
        ),
        tokens: new ort.Tensor("int32", tokens, [2, 6]),
      });
    const first = await run(flat);
    const h = 1e-5;
    let checked = 0;
    for (let i = 0; i < groups.length; i++) {
      const gradient = first[`gradient.${groups[i]!.name}`]!.data as Float64Array;
      const largest = Math.max(...Array.from(gradient, Math.abs));
      for (let j = i; j < gradient.length; j += 7) {
        const lossAt = async (by: number) => {
          const moved = flat.map((array) => Float64Array.from(array));
          moved[i]![j]! += by;
          return ((await run(moved)).loss!.data as Float64Array)[0]!;
        };
        const numeric = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
        expect(Math.abs(numeric - gradient[j]!)).toBeLessThan(1e-6 * largest + 1e-9);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(100);
  });
});

test.each([
  ["GPT-2", { positions: "alibi" }],
  ["Llama", llama],
  ["biases, GELU, untied", { biases: true, activation: "gelu", tiedEmbeddings: false }],
  ["RMSNorm, biases", { normalisation: "rms", biases: true }],
] as const)(
  "float32, as training runs it with its fused operators, gives the float64 loss and gradients within 1e-5: %s",
  async (_, change) => {
    const description = describeModel({}, { layers: 3, width: 16, headWidth: 8, feedForward: 64, ...change });
    const groups = parameterGroups(description.shape, description.parametrisation);
    const flat = initialParameters(groups, 5);
    const run = async (float: "float32" | "float64") => {
      const session = await ort.InferenceSession.create(serialiseModel(gradientModel(description, 2, float)), {
        logSeverityLevel: 3,
      });
      const tensor = (data: Float32Array) =>
        new ort.Tensor(float, float === "float32" ? data : Float64Array.from(data), [data.length]);
      const outputs = await session.run({
        ...Object.fromEntries(groups.map(({ name }, i) => [`parameters.${name}`, tensor(flat[i]!)])),
        tokens: new ort.Tensor("int32", tokens, [2, 6]),
      });
      return ["loss", ...groups.map(({ name }) => `gradient.${name}`)].map((name) =>
        Array.from(outputs[name]!.data as Float32Array),
      );
    };
    const [single, double] = [await run("float32"), await run("float64")];
    double.forEach((exact, i) => {
      const scale = Math.max(...exact.map(Math.abs));
      const worst = Math.max(...exact.map((x, j) => Math.abs(x - single[i]![j]!)));
      expect(worst).toBeLessThan(1e-5 * scale);
    });
  },
);

test.each([
  { positions: "learned" },
  { positions: "alibi" },
  { positions: "none", normalisation: "rms" },
  { biases: true, activation: "swiglu" },
  { biases: true, normalisation: "rms", tiedEmbeddings: false },
  llama,
] as const)("the parameters are as many as laws counts: %j", (change) => {
  const counted = { ...shape, ...change };
  const groups = parameterGroups(counted, { kind: "mup", baseWidth: 4 });
  expect(groups.reduce((sum, group) => sum + group.size, 0)).toBe(countParameters(counted).total);
  for (const group of groups) expect(group.size).toBe(group.tensors.reduce((sum, t) => sum + elementCount(t.shape), 0));
});

test("a training step does what AdamW's formulas say, element by element", async () => {
  const description = describeModel({});
  const groups = parameterGroups(description.shape, description.parametrisation);
  const options = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clip: 0.5 };
  const training = await openSession(trainingModel(description, 2, options), 1);
  const differentiating = await openSession(gradientModel(description, 2), 1);
  const names = stateNames(groups);
  const start = initialParameters(groups, 5);
  let state = toTensors(
    names,
    start.flatMap((flat) => [flat, new Float32Array(flat.length), new Float32Array(flat.length)]),
  );
  const reference = start.map((flat) => ({
    parameters: Float64Array.from(flat),
    first: new Float64Array(flat.length),
    second: new Float64Array(flat.length),
  }));
  const batch = { tokens: new ort.Tensor("int32", tokens, [2, 6]) };
  for (let t = 1; t <= 5; t++) {
    const learningRate = 0.01 / t;
    const parameters = Object.fromEntries(
      groups.map(({ name }) => [`parameters.${name}`, state[`parameters.${name}`]!]),
    );
    const gradient = await differentiating.run({ ...parameters, ...batch });
    const scalars = stepScalars(t, learningRate, options);
    const outputs = await training.run({
      ...state,
      ...batch,
      learningRate: scalarTensor(scalars.learningRate),
      stepSize: scalarTensor(scalars.stepSize),
      epsilonHat: scalarTensor(scalars.epsilonHat),
    });
    const flatGradients = groups.map(({ name }) => gradient[`gradient.${name}`]!.data as Float32Array);
    const norm = Math.sqrt(flatGradients.reduce((sum, flat) => sum + flat.reduce((s, x) => s + x * x, 0), 0));
    expect((outputs.gradientNorm!.data as Float32Array)[0]!).toBeCloseTo(norm, 4);
    groups.forEach((group, i) => {
      const eta = learningRate * group.learningRateFactor;
      const { parameters, first, second } = reference[i]!;
      for (let j = 0; j < group.size; j++) {
        const slope = flatGradients[i]![j]! * Math.min(1, options.clip / norm);
        first[j] = 0.9 * first[j]! + 0.1 * slope;
        second[j] = 0.95 * second[j]! + 0.05 * slope * slope;
        const direction = first[j]! / (1 - 0.9 ** t) / (Math.sqrt(second[j]! / (1 - 0.95 ** t)) + 1e-8);
        parameters[j] = parameters[j]! * (1 - (group.decays ? eta * 0.1 : 0)) - eta * direction;
      }
      const got = outputs[`next.parameters.${group.name}`]!.data as Float32Array;
      const worst = got.reduce((max, x, j) => Math.max(max, Math.abs(x - parameters[j]!)), 0);
      expect(worst).toBeLessThan(2e-5);
    });
    state = Object.fromEntries(names.map((name) => [name, outputs[`next.${name}`]!]));
  }
});
