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
import { linear, linearParts, unembed } from "./linear.js";
import { reshaped } from "./reshaped.js";
import { add, addBias, addBiasParts, addPositions } from "./residual.js";
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
      [4, 2, 3],
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
  [
    "addBiasParts",
    [[4, 3], [3, 4], [7]],
    (g, [x, y, bias]) => linear(g, ...(addBiasParts(g, [x!, y!], bias!) as [Value, Value])),
  ],
  [
    "linearParts",
    [
      [4, 3],
      [3, 8],
    ],
    (g, [x, w]) => add(g, ...(linearParts(g, x!, w!, 2) as [Value, Value])),
  ],
  [
    "swiglu",
    [
      [4, 5],
      [4, 5],
    ],
    (g, [gate, up]) => swiglu(g, gate!, up!),
  ],
  ["gelu", [[4, 5]], (g, [x]) => gelu(g, x!)],
  ["crossEntropy", [[4, 6]], (g, [logits]) => crossEntropy(g, logits!, tokens(g, [5, 0, 2, 2]))],
  [
    "crossEntropy, added to another loss",
    [[4, 6]],
    (g, [logits]) =>
      add(g, crossEntropy(g, logits!, tokens(g, [5, 0, 2, 2])), crossEntropy(g, logits!, tokens(g, [1, 0, 3, 2]))),
  ],
  [
    "squaredRelu, whose gradient's factor goes into a product on one way and is spelled out on the other",
    [[4, 3], [3, 3], [3]],
    (g, [x, w, bias]) => squaredRelu(g, addBias(g, linear(g, x!, w!), bias!)),
  ],
  ...(
    [
      ["one head", 3, { heads: 1, headWidth: 3 }],
      ["two heads and ALiBi", 4, { heads: 2, headWidth: 2, slopes: alibiSlopes(2) }],
      ["rotary positions", 8, { heads: 2, headWidth: 4, rotary: true }],
      ["queries in two parts", 4, { heads: 2, headWidth: 2, slopes: alibiSlopes(2), blocks: 2 }],
      ["queries in four parts and rotary positions", 4, { heads: 1, headWidth: 4, rotary: true, blocks: 4 }],
    ] as const
  ).map(
    ([name, width, shape]): Case => [
      `causalAttention with ${name}`,
      [
        [8, width],
        [8, width],
        [8, width],
      ],
      (g, [q, k, v]) => causalAttention(g, [q!, k!, v!], { batch: 2, context: 4, scale: 0.5, ...shape }),
    ],
  ),
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

test.each([
  ["wide heads", 32],
  ["narrow heads", 4],
])("attention of queries in parts is that of all at once, with its gradients: %s", async (_, headWidth) => {
  const [batch, context, heads] = [2, 8, 2];
  const width = heads * headWidth;
  const { normal } = createRandom(3);
  const data = ["q", "k", "v", "d"].map(
    (name) => [name, Float32Array.from({ length: batch * context * width }, normal)] as const,
  );
  const computed = async (blocks: number) => {
    const g = createGraph("float32");
    const size = [batch * context, width];
    const [q, k, v, d] = data.map(([name]) => input(g, name, "float32", size)) as [Value, Value, Value, Value];
    const out = causalAttention(g, [q, k, v], { batch, context, heads, headWidth, scale: 0.3, blocks });
    output(g, "out", out);
    g.tape
      .at(-1)!
      .pullBack([d])
      .forEach((gradient, i) => {
        output(g, `gradient${i}`, gradient!);
      });
    const session = await ort.InferenceSession.create(serialiseModel(toModel(g)));
    const feeds = Object.fromEntries(data.map(([name, values]) => [name, new ort.Tensor("float32", values, size)]));
    return Object.values(await session.run(feeds)).map((tensor) => Array.from(tensor.data as Float32Array));
  };
  const whole = await computed(1);
  for (const blocks of [2, 4, 8]) {
    (await computed(blocks)).forEach((values, i) => {
      values.forEach((value, j) => {
        expect(Math.abs(value - whole[i]![j]!)).toBeLessThan(1e-5);
      });
    });
  }
});

test.each([1, 2, 3])("attention at a position does not see later positions, queries in %i parts", async (blocks) => {
  const [context, heads, headWidth] = [6, 2, 3];
  const g = createGraph("float32");
  const width = heads * headWidth;
  const [q, k, v] = ["q", "k", "v"].map((name) => input(g, name, "float32", [context, width])) as [Value, Value, Value];
  const shape = { batch: 1, context, heads, headWidth, scale: 1, slopes: alibiSlopes(heads), blocks };
  output(g, "out", causalAttention(g, [q, k, v], shape));
  const session = await ort.InferenceSession.create(serialiseModel(toModel(g)));
  const { normal } = createRandom(1);
  const rows = (from: Float32Array | undefined) =>
    Float32Array.from({ length: context * width }, (_, i) =>
      from === undefined ? normal() : from[i]! + (i >= 4 * width ? 1 + normal() : 0),
    );
  const before = [rows(undefined), rows(undefined), rows(undefined)];
  const run = async (data: readonly Float32Array[]) => {
    const [q, k, v] = data.map((one) => new ort.Tensor("float32", one, [context, width]));
    return Array.from((await session.run({ q: q!, k: k!, v: v! })).out!.data as Float32Array);
  };
  const [a, b] = [await run(before), await run(before.map(rows))];
  const seen = 4 * width;
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
    const shape = [context, 1, headWidth];
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
