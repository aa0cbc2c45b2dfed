import { createRandom } from "@isoflop/laws";
import ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { serialiseModel } from "../../onnx/serialise.js";
import { gradientError } from "../gradientCheck.js";
import { constant, createGraph, type Graph, input, output, toModel, type Value } from "../graph.js";
import { gelu, squaredRelu, swiglu } from "./activation.js";
import { alibiSlopes, causalAttention } from "./causalAttention.js";
import { crossEntropy } from "./crossEntropy.js";
import { embed } from "./embedding.js";
import { layerNorm } from "./layerNorm.js";
import { linear, unembed } from "./linear.js";
import { reshaped } from "./reshaped.js";
import { add, addBias, addPositions } from "./residual.js";
import { rmsNorm } from "./rmsNorm.js";
import { rotate } from "./rotary.js";

const tokens = (g: Graph, ids: readonly number[]) => constant(g, ids, [ids.length], "int32");
type Case = [name: string, shapes: number[][], build: (g: Graph, x: readonly Value[]) => Value];

const cases: Case[] = [
  [
    "linear",
    [
      [5, 3],
      [3, 4],
    ],
    (g, [x, w]) => linear(g, x!, w!),
  ],
  [
    "linear with a factor",
    [
      [5, 3],
      [3, 4],
    ],
    (g, [x, w]) => linear(g, x!, w!, 0.3),
  ],
  [
    "unembed",
    [
      [5, 3],
      [7, 3],
    ],
    (g, [x, e]) => unembed(g, x!, e!, 0.7),
  ],
  [
    "add",
    [
      [4, 3],
      [4, 3],
    ],
    (g, [x, y]) => add(g, x!, y!),
  ],
  ["add of a value to itself", [[4, 3]], (g, [x]) => add(g, x!, x!)],
  [
    "addPositions",
    [
      [2, 4, 3],
      [4, 3],
    ],
    (g, [x, p]) => addPositions(g, x!, p!),
  ],
  ["reshaped", [[4, 3]], (g, [x]) => reshaped(g, x!, [2, 6])],
  ["embed with a repeated token", [[6, 3]], (g, [e]) => embed(g, e!, tokens(g, [1, 4, 1, 0, 1]))],
  ["layerNorm", [[5, 6], [6]], (g, [x, gain]) => layerNorm(g, x!, gain!)],
  ["layerNorm with a bias", [[5, 6], [6], [6]], (g, [x, gain, bias]) => layerNorm(g, x!, gain!, bias!)],
  ["rmsNorm", [[5, 6], [6]], (g, [x, gain]) => rmsNorm(g, x!, gain!)],
  ["addBias", [[4, 3], [3]], (g, [x, bias]) => addBias(g, x!, bias!)],
  ["squaredRelu", [[4, 5]], (g, [x]) => squaredRelu(g, x!)],
  ["swiglu", [[4, 10]], (g, [x]) => swiglu(g, x!)],
  ["gelu", [[4, 5]], (g, [x]) => gelu(g, x!)],
  ["crossEntropy", [[4, 6]], (g, [logits]) => crossEntropy(g, logits!, tokens(g, [5, 0, 2, 2]))],
  [
    "causalAttention with one head",
    [[8, 9]],
    (g, [qkv]) => causalAttention(g, qkv!, { batch: 2, context: 4, heads: 1, headWidth: 3, scale: 0.5 }),
  ],
  [
    "causalAttention with two heads and ALiBi",
    [[8, 12]],
    (g, [qkv]) =>
      causalAttention(g, qkv!, { batch: 2, context: 4, heads: 2, headWidth: 2, scale: 0.5, slopes: alibiSlopes(2) }),
  ],
  [
    "causalAttention with rotary positions",
    [[8, 24]],
    (g, [qkv]) => causalAttention(g, qkv!, { batch: 2, context: 4, heads: 2, headWidth: 4, scale: 0.5, rotary: true }),
  ],
];

describe("every operator's gradient matches finite differences in float64", () => {
  test.each(cases)("%s", async (_, shapes, build) => {
    expect(await gradientError(shapes, build)).toBeLessThan(1e-7);
  });
});

test("gradients add up where a value is used along several paths", async () => {
  const error = await gradientError(
    [
      [3, 3],
      [3, 3],
    ],
    (g, [x, w]) => add(g, linear(g, linear(g, x!, w!), w!), x!),
  );
  expect(error).toBeLessThan(1e-7);
});

test("attention at a position does not see later positions", async () => {
  const [context, heads, headWidth] = [6, 2, 3];
  const g = createGraph("float32");
  const qkv = input(g, "qkv", "float32", [context, 3 * heads * headWidth]);
  output(
    g,
    "out",
    causalAttention(g, qkv, { batch: 1, context, heads, headWidth, scale: 1, slopes: alibiSlopes(heads) }),
  );
  const session = await ort.InferenceSession.create(serialiseModel(toModel(g)));
  const { normal } = createRandom(1);
  const rows = 3 * heads * headWidth;
  const before = Float32Array.from({ length: context * rows }, normal);
  const after = Float32Array.from(before, (x, i) => (i >= 4 * rows ? x + 1 + normal() : x));
  const run = async (data: Float32Array) =>
    Array.from(
      (await session.run({ qkv: new ort.Tensor("float32", data, [context, rows]) })).out!.data as Float32Array,
    );
  const [a, b] = [await run(before), await run(after)];
  const seen = 4 * heads * headWidth;
  expect(b.slice(0, seen)).toEqual(a.slice(0, seen));
  expect(b.slice(seen)).not.toEqual(a.slice(seen));
});

test("rotary positions turn by the paper's angles, fused as in float64, and scores depend on distance alone", async () => {
  const [context, headWidth] = [7, 6];
  const { normal } = createRandom(2);
  const data = Float32Array.from({ length: context * headWidth }, normal);
  // The same vector at every position.
  for (let i = headWidth; i < data.length; i++) data[i] = data[i % headWidth]!;
  const turned = async (float: "float32" | "float64") => {
    const g = createGraph(float);
    const shape = [1, 1, context, headWidth];
    output(g, "y", rotate(g, input(g, "x", float, shape), 1));
    const session = await ort.InferenceSession.create(serialiseModel(toModel(g)));
    const x = new ort.Tensor(float, float === "float32" ? data : Float64Array.from(data), shape);
    return Array.from((await session.run({ x })).y!.data as Float32Array);
  };
  const [single, double] = [await turned("float32"), await turned("float64")];
  single.forEach((value, i) => {
    expect(Math.abs(value - double[i]!)).toBeLessThan(1e-5);
  });
  for (const [t, j] of [
    [0, 0],
    [1, 0],
    [5, 2],
  ] as const) {
    const angle = t * 10_000 ** ((-2 * j) / headWidth);
    const wanted = data[j]! * Math.cos(angle) - data[j + 3]! * Math.sin(angle);
    expect(double[t * headWidth + j]).toBeCloseTo(wanted, 12);
  }
  const score = (s: number, t: number) =>
    Array.from({ length: headWidth }, (_, j) => double[s * headWidth + j]! * double[t * headWidth + j]!).reduce(
      (sum, v) => sum + v,
      0,
    );
  expect(score(6, 4)).toBeCloseTo(score(2, 0), 10);
  expect(Math.abs(score(6, 4) - score(6, 3))).toBeGreaterThan(1e-3);
});
