import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createRandom } from "@isoflop/laws";
import { describe, expect, test } from "vitest";
import { relu } from "../graph/arithmetic.js";
import { createGraph, input, output, toModel } from "../graph/graph.js";
import { product } from "../graph/product.js";
import { initialParameters } from "../model/initialise.js";
import { parameterGroups } from "../model/parameters.js";
import type { Model } from "../onnx/model.js";
import { gradientModel, type ModelDescription } from "../training/graphs.js";
import { scoringModel } from "../training/scoringGraph.js";
import { segmentTensors } from "../training/state.js";
import { openBoundSession } from "./boundSession.js";
import { openDirectSession } from "./directSession.js";
import { loadOnnxRuntime, type OnnxRuntime } from "./onnxRuntime.js";
import type { Session } from "./session.js";
import { type Tensor, type TensorMap, tensor, zeros } from "./tensor.js";

const ort = await loadOnnxRuntime();
const options = { threads: 1, memoryPattern: true };
const ways: [string, (model: Model) => Session | Promise<Session>][] = [
  ["through the binding", (model) => openBoundSession(model, "cpu", options)],
];
if (ort) ways.push(["directly", (model) => openDirectSession(ort, model, options)]);

test.skipIf(process.platform !== "linux")("on Linux the library is called directly", () => {
  expect(ort).toBeDefined();
});

/** y = max(a b, 0) of 2 by 3 and 3 by 2. */
function small(): Model {
  const g = createGraph("float32");
  const [a, b] = [input(g, "a", "float32", [2, 3]), input(g, "b", "float32", [3, 2])];
  output(g, "y", relu(g, product(g, a, b)));
  return toModel(g);
}
const a = tensor("float32", Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
const b = tensor("float32", Float32Array.of(1, -1, 0, 1, 1, -1), [3, 2]);
const y = [4, 0, 10, 0];

describe.each(ways)("a session %s", (_, open) => {
  test("writes outputs into the tensors that it is given, or into new ones", async () => {
    const session = await open(small());
    const given = { y: tensor("float32", new Float32Array(9).subarray(3, 7), [2, 2]) };
    expect(await session.run({ a, b }, given)).toBe(given);
    expect([...given.y.data]).toEqual(y);
    expect([...new Float32Array(given.y.data.buffer)]).toEqual([0, 0, 0, ...y, 0, 0]);
    const fresh = await session.run({ a, b });
    expect(fresh.y).toEqual(tensor("float32", Float32Array.from(y), [2, 2]));
    expect((await session.run({ a, b })).y!.data).not.toBe(fresh.y!.data);
    await session.release();
  });

  test("reads what the tensors hold at each call", async () => {
    const session = await open(small());
    const changing = tensor("float32", Float32Array.from(a.data), [2, 3]);
    const found = zeros("float32", [2, 2]);
    for (let call = 1; call < 50; call++) {
      await session.run({ a: changing, b }, { y: found });
      expect([...found.data]).toEqual(y.map((value) => value * call));
      a.data.forEach((value, i) => {
        changing.data[i] = value * (call + 1);
      });
    }
    await session.release();
  });

  test("says what is wrong with an input, and goes on", async () => {
    const session = await open(small());
    const long = tensor("float32", new Float32Array(8), [2, 4]);
    await expect(session.run({ a: long, b })).rejects.toThrow(/invalid dimensions for input: a/);
    await expect(session.run({ b })).rejects.toThrow(/'?a'?/);
    await expect(session.run({ a: tensor("int32", new Int32Array(6), [2, 3]), b })).rejects.toThrow(/float/);
    expect([...(await session.run({ a, b })).y!.data]).toEqual(y);
    await session.release();
    await expect(session.run({ a, b })).rejects.toThrow(/released|disposed/);
  });

  test("is not opened on a model that ONNX Runtime does not know", async () => {
    const model = small();
    const unknown = { ...model, nodes: model.nodes.map((node) => ({ ...node, op: "NoSuchOperator" })) };
    await expect((async () => open(unknown))()).rejects.toThrow(/NoSuchOperator/);
  });
});

const shape: ModelDescription["shape"] = {
  layers: 2,
  width: 16,
  heads: 2,
  headWidth: 8,
  feedForward: 64,
  vocabulary: 31,
  context: 12,
  tiedEmbeddings: true,
  positions: "alibi",
  biases: false,
  normalisation: "layer",
  activation: "relu2",
};
const description: ModelDescription = { shape, parametrisation: { kind: "mup", baseWidth: 16 } };

/** Inputs of a model of `shape`, and tensors for its outputs. */
function filledFor(model: Model): { readonly inputs: TensorMap; readonly outputs: TensorMap } {
  const groups = parameterGroups(shape, description.parametrisation);
  const { integer } = createRandom(2);
  const tokens = Int32Array.from({ length: 3 * 13 }, () => integer(31));
  const inputs = {
    ...segmentTensors("parameters", groups, initialParameters(groups, 3)),
    tokens: tensor("int32", tokens, [3, 13]),
  };
  return {
    inputs,
    outputs: Object.fromEntries(model.outputs.map(({ name, type, shape }) => [name, zeros(type, shape)])),
  };
}

describe.skipIf(!ort)(`called directly${ort ? "" : " (not here)"}`, () => {
  const direct = ort as OnnxRuntime;

  test.each([
    ["loss and gradients", gradientModel(description, 3)],
    ["losses and most likely tokens", scoringModel(description, 3, { greedy: true })],
  ])("it gives the bits that the binding gives: %s", async (_, model) => {
    const { inputs, outputs } = filledFor(model);
    const session = openDirectSession(direct, model, options);
    await session.run(inputs, outputs);
    const bound = await openBoundSession(model, "cpu", options);
    const other = await bound.run(inputs);
    const bytes = ({ data }: Tensor) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
    for (const { name } of model.outputs) expect(bytes(outputs[name]!)).toBe(bytes(other[name]!));
    expect(model.outputs.length).toBeGreaterThan(1);
    await session.release();
    await bound.release();
  });

  test("a call into given tensors allocates no memory for them", async () => {
    const model = gradientModel(description, 3);
    const { inputs, outputs } = filledFor(model);
    const session = openDirectSession(direct, model, options);
    await session.run(inputs, outputs);
    const before = process.memoryUsage().arrayBuffers;
    for (let call = 0; call < 20; call++) await session.run(inputs, outputs);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1000);
    await session.release();
  });

  test("what it opened stays when garbage is collected, in a process that has no binding to hold the library", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--expose-gc",
      "--input-type=module",
      "-e",
      COLLECTS,
    ]);
    expect(stdout).toBe("0,2\n");
  });
});

const BUILT = new URL("../../dist/", import.meta.url).href;
/** max(x, 0), before and after everything that nobody holds is gone. */
const COLLECTS = `
  const [{ openSession }, { tensor }, { createGraph, input, output, toModel }, { relu }] = await Promise.all(
    ["engine/session.js", "engine/tensor.js", "graph/graph.js", "graph/arithmetic.js"].map((path) => import("${BUILT}" + path)),
  );
  const g = createGraph("float32");
  output(g, "y", relu(g, input(g, "x", "float32", [2])));
  const session = await openSession(toModel(g), 1);
  for (let i = 0; i < 5; i++) {
    await session.run({ x: tensor("float32", new Float32Array(2), [2]) });
    await new Promise((resolve) => setTimeout(resolve, 10));
    gc();
  }
  const { y } = await session.run({ x: tensor("float32", Float32Array.of(-1, 2), [2]) });
  console.log([...y.data].join());
`;
