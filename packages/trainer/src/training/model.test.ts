import { countParameters, createRandom } from "@isoflop/laws";
import ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import type { RunSpec } from "../contract/runSpec.js";
import { initialParameters } from "../model/initialise.js";
import { parameterGroups } from "../model/parameters.js";
import { segmentsOf } from "../model/segments.js";
import { serialiseModel } from "../onnx/serialise.js";
import { elementCount } from "../onnx/tensorType.js";
import { adamwStep } from "../optimiser/adamw.js";
import { gradientModel, type ModelDescription } from "./graphs.js";
import { accumulate, createState } from "./state.js";
import { openGradient } from "./trainingStep.js";

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
  "float32, with fused operators and spelled out, gives the float64 loss and gradients within 1e-5: %s",
  async (_, change) => {
    const description = describeModel({}, { layers: 3, width: 16, headWidth: 8, feedForward: 64, ...change });
    const groups = parameterGroups(description.shape, description.parametrisation);
    const flat = initialParameters(groups, 5);
    const run = async (float: "float32" | "float64", fused: boolean) => {
      const model = gradientModel(description, 2, float, fused);
      const session = await ort.InferenceSession.create(serialiseModel(model), { logSeverityLevel: 3 });
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
    const double = await run("float64", false);
    for (const single of [await run("float32", true), await run("float32", false)]) {
      double.forEach((exact, i) => {
        const scale = Math.max(...exact.map(Math.abs));
        const worst = Math.max(...exact.map((x, j) => Math.abs(x - single[i]![j]!)));
        expect(worst).toBeLessThan(1e-5 * scale);
      });
    }
  },
);

describe("for devices other than the processor", () => {
  test.each([
    ["GPT-2", { positions: "learned", biases: true, activation: "gelu" }],
    ["Llama", llama],
  ] as const)("%s is spelled out in standard operators of no more than eight tensors", (_, change) => {
    const description = describeModel({}, { layers: 30, context: 300, ...change });
    const { nodes, initializers } = gradientModel(description, 1, "float32", false);
    const constants = new Set(initializers.map(({ name }) => name));
    const computing = nodes.filter(({ op }) => op !== "Identity");
    expect(computing.filter(({ domain }) => domain !== "")).toEqual([]);
    // Whose further outputs not every provider computes.
    expect(computing.filter(({ op, outputs }) => outputs.length > 1 && op !== "Split")).toEqual([]);
    const tensors = computing.map(
      ({ inputs, outputs }) => outputs.length + inputs.filter((name) => !constants.has(name)).length,
    );
    expect(Math.max(...tensors)).toBe(8);
  });
});

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

test.each([1, 4])(
  "a training step does what AdamW's formulas say, element by element, for a sum of the gradients of %i parts",
  async (parts) => {
    const description = describeModel({});
    const groups = parameterGroups(description.shape, description.parametrisation);
    const options = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clip: 0.5 };
    const gradient = await openGradient(description, 2, { threads: 1, device: "cpu" });
    const start = initialParameters(groups, 5);
    const state = createState(groups, start, 2);
    const reference = start.map((flat) => ({
      parameters: Float64Array.from(flat),
      first: new Float64Array(flat.length),
      second: new Float64Array(flat.length),
    }));
    for (let t = 1; t <= 5; t++) {
      const learningRate = 0.01 / t;
      await gradient(state, tokens, 0);
      const flatGradients = state.groups.map(({ gradients }) => Float32Array.from(gradients[0]!.elements));
      await gradient(state, tokens, 1);
      for (let part = 1; part < parts; part++) accumulate(state, 0, 1);
      const norm = Math.sqrt(flatGradients.reduce((sum, flat) => sum + flat.reduce((s, x) => s + x * x, 0), 0));
      expect(adamwStep(state, t, learningRate, options, parts)).toBeCloseTo(norm, 5);
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
        const got = state.groups[i]!.parameters.elements;
        const worst = got.reduce((max, x, j) => Math.max(max, Math.abs(x - parameters[j]!)), 0);
        expect(worst).toBeLessThan(2e-5);
      });
    }
  },
);

test("a model in many segments has the gradient of the same model in one", async () => {
  const change = { width: 64, heads: 4, headWidth: 16, feedForward: 256, vocabulary: 11 };
  const description = describeModel({}, change);
  const groups = parameterGroups(description.shape, description.parametrisation);
  expect(segmentsOf(groups).map(({ name, tensors }) => [name, tensors.map((tensor) => tensor.name)])).toEqual([
    ["vectors", groups[0]!.tensors.map((tensor) => tensor.name)],
    ["matrices.0", ["layer.0.attention.qkv"]],
    ["matrices.1", ["layer.0.attention.out"]],
    ["matrices.2", ["layer.0.feedForward.up"]],
    ["matrices.3", ["layer.0.feedForward.down"]],
    ["matrices.4", ["layer.1.attention.qkv"]],
    ["matrices.5", ["layer.1.attention.out"]],
    ["matrices.6", ["layer.1.feedForward.up"]],
    ["matrices.7", ["layer.1.feedForward.down"]],
  ]);
  const state = createState(groups, initialParameters(groups, 5));
  const gradient = await openGradient(description, 2, { threads: 1, device: "cpu" });
  await gradient(state, tokens, 0);
  const analytic = Float32Array.from(state.groups[1]!.gradients[0]!.elements);
  const { elements } = state.groups[1]!.parameters;
  const h = 0.02;
  for (const tensor of [0, 3, 4, 7]) {
    const { offset, size } = segmentsOf(groups)[1 + tensor]!;
    // Along the gradient of one tensor, where float32 resolves the difference.
    const slope = analytic.subarray(offset, offset + size);
    const norm = Math.sqrt(slope.reduce((sum, x) => sum + x * x, 0));
    const start = Float32Array.from(elements);
    const lossAt = (by: number) => {
      elements.set(start);
      for (let j = 0; j < size; j++) elements[offset + j]! += (by * slope[j]!) / norm;
      return gradient(state, tokens, 0);
    };
    const numeric = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
    elements.set(start);
    expect(Math.abs(numeric / norm - 1)).toBeLessThan(0.01);
  }
});
