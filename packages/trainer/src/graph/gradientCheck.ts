// Test support: compares an operation's gradient with central finite differences, in float64.

import { createRandom } from "@isoflop/laws";
import ort from "onnxruntime-node";
import { serialiseModel } from "../onnx/serialise.js";
import { elementCount } from "../onnx/tensorType.js";
import { reshape, sumOver, times } from "./arithmetic.js";
import { gradients } from "./gradients.js";
import { constant, createGraph, type Graph, input, output, record, toModel, type Value } from "./graph.js";

/** Sum of y's elements under fixed random weights, so that every element of the gradient matters differently. */
function weightedSum(g: Graph, y: Value): Value {
  if (y.shape.length === 0) return y;
  const count = elementCount(y.shape);
  const { normal } = createRandom(99);
  const weights = constant(g, Array.from({ length: count }, normal), y.shape);
  const sum = sumOver(g, reshape(g, times(g, y, weights), [count]), [0], false);
  record(g, [y], [sum], ([d]) => [times(g, weights, d!)]);
  return sum;
}

/**
 * Largest difference between gradient and central difference over all elements of all float inputs, relative to the
 * largest element of that input's gradient.
 */
export async function gradientError(
  shapes: readonly (readonly number[])[],
  build: (g: Graph, inputs: readonly Value[]) => Value,
  options: { readonly step?: number; readonly sample?: (input: number, element: number) => number } = {},
): Promise<number> {
  const g = createGraph("float64");
  const inputs = shapes.map((shape, i) => input(g, `x${i}`, "float64", shape));
  const loss = weightedSum(g, build(g, inputs));
  const analytic = gradients(g, loss, inputs);
  output(g, "loss", loss);
  analytic.forEach((gradient, i) => {
    output(g, `dx${i}`, gradient);
  });
  const session = await ort.InferenceSession.create(serialiseModel(toModel(g)), { logSeverityLevel: 3 });
  const { normal } = createRandom(7);
  const point = shapes.map((shape, i) =>
    Float64Array.from({ length: elementCount(shape) }, (_, j) => options.sample?.(i, j) ?? normal()),
  );
  const run = (at: readonly Float64Array[]) =>
    session.run(Object.fromEntries(at.map((data, i) => [`x${i}`, new ort.Tensor("float64", data, [...shapes[i]!])])));
  const first = await run(point);
  const h = options.step ?? 1e-5;
  let worst = 0;
  for (let i = 0; i < shapes.length; i++) {
    const gradient = first[`dx${i}`]!.data as Float64Array;
    const scale = Math.max(1e-6, ...Array.from(gradient, Math.abs));
    for (let j = 0; j < gradient.length; j++) {
      const shifted = async (by: number) => {
        const moved = point.map((data) => Float64Array.from(data));
        moved[i]![j]! += by;
        return ((await run(moved)).loss!.data as Float64Array)[0]!;
      };
      const numeric = ((await shifted(h)) - (await shifted(-h))) / (2 * h);
      worst = Math.max(worst, Math.abs(numeric - gradient[j]!) / scale);
    }
  }
  return worst;
}
