// Element-wise, shape and reduction operators without a gradient of their own: what forward and backward rules are made of.
import { elementCount } from "../onnx/tensorType.js";
import { constant, emit, emitOne, filled, type Graph, scalar, type Value } from "./graph.js";

/** Shape of an element-wise operation by numpy's broadcasting rule. */
function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new Error(`shapes [${a}] and [${b}] do not broadcast`);
    return Math.max(x, y);
  });
}

const binary = (op: string) => (g: Graph, a: Value, b: Value) => emitOne(g, op, [a, b], broadcast(a.shape, b.shape));
const unary = (op: string) => (g: Graph, a: Value) => emitOne(g, op, [a], a.shape);

export const plus = binary("Add");
export const minus = binary("Sub");
export const times = binary("Mul");
export const dividedBy = binary("Div");
export const minimum = binary("Min");
export const negative = unary("Neg");
export const exp = unary("Exp");
export const sqrt = unary("Sqrt");
export const relu = unary("Relu");
export const tanh = unary("Tanh");
export const sigmoid = unary("Sigmoid");

/** factor * a, which matrix products of it take into their own factor. */
export function multiple(g: Graph, a: Value, factor: number): Value {
  const y = times(g, a, scalar(g, factor));
  g.multiples.set(y.name, { of: a, factor });
  return y;
}

/**
 * (a - shift) * scale of every row of a [rows, columns], with a number a row each, in one pass over memory: to batch
 * normalisation at unit variance a row is a channel.
 */
export function affineRows(g: Graph, a: Value, shift: Value, scale: Value): Value {
  if (!g.fused) return times(g, minus(g, a, shift), scale);
  const [rows, columns] = a.shape as [number, number];
  const perRow = (value: Value) => reshape(g, value, [rows]);
  const y = emitOne(
    g,
    "BatchNormalization",
    [reshape(g, a, [1, rows, columns]), perRow(scale), filled(g, 0, [rows]), perRow(shift), filled(g, 1, [rows])],
    [1, rows, columns],
    { epsilon: { float: 0 } },
  );
  return reshape(g, y, [rows, columns]);
}

/** scale * a + shift of every element, in one pass over memory: all of `a` is one row. */
export function affine(g: Graph, a: Value, scale: number, shift: number): Value {
  if (!g.fused) return plus(g, times(g, a, scalar(g, scale)), scalar(g, shift));
  const one = (element: number) => constant(g, [element], [1]);
  const y = emitOne(
    g,
    "BatchNormalization",
    [reshape(g, a, [1, 1, elementCount(a.shape)]), one(scale), one(shift), one(0), one(1)],
    [1, 1, elementCount(a.shape)],
    { epsilon: { float: 0 } },
  );
  return reshape(g, y, a.shape);
}

const reduce =
  (op: string) =>
  (g: Graph, a: Value, axes: readonly number[], keep: boolean): Value => {
    const shape = a.shape.flatMap((size, i) => (axes.includes(i) ? (keep ? [1] : []) : [size]));
    return emitOne(g, op, [a, constant(g, axes, [axes.length], "int64")], shape, { keepdims: { int: keep ? 1 : 0 } });
  };
export const sumOver = reduce("ReduceSum");
export const meanOver = reduce("ReduceMean");
export const sumOfSquares = reduce("ReduceSumSquare");

export function reshape(g: Graph, a: Value, shape: readonly number[]): Value {
  if (elementCount(shape) !== elementCount(a.shape)) throw new Error(`cannot reshape [${a.shape}] to [${shape}]`);
  if (shape.length === a.shape.length && shape.every((size, i) => size === a.shape[i])) return a;
  return emitOne(g, "Reshape", [a, constant(g, shape, [shape.length], "int64")], shape, {}, a.type);
}

export function transpose(g: Graph, a: Value, order: readonly number[]): Value {
  return emitOne(
    g,
    "Transpose",
    [a],
    order.map((axis) => a.shape[axis]!),
    { perm: { ints: order } },
    a.type,
  );
}

/**
 * Parts of a split, or of what is joined: with the whole no more than the eight buffers that every WebGPU device allows in
 * a call (W3C's WebGPU, maxStorageBuffersPerShaderStage).
 */
const MOST_PARTS = 7;

/** Runs of equal length, no more than a call may have parts; each is short enough to be cut likewise. */
function inParts<T>(all: readonly T[]): T[][] {
  let length = 1;
  while (length * MOST_PARTS < all.length) length *= MOST_PARTS;
  return Array.from({ length: Math.ceil(all.length / length) }, (_, i) => all.slice(i * length, (i + 1) * length));
}

export function split(g: Graph, a: Value, axis: number, sizes: readonly number[]): Value[] {
  if (sizes.length === 1) return [a];
  if (!g.fused && sizes.length > MOST_PARTS) {
    const runs = inParts(sizes);
    const sums = runs.map((run) => run.reduce((sum, size) => sum + size, 0));
    return split(g, a, axis, sums).flatMap((part, i) => split(g, part, axis, runs[i]!));
  }
  const shapes = sizes.map((size) => a.shape.map((whole, i) => (i === axis ? size : whole)));
  return emit(
    g,
    "Split",
    [a, constant(g, sizes, [sizes.length], "int64")],
    shapes.map((shape) => ({ type: a.type, shape })),
    { axis: { int: axis } },
  );
}

export function concat(g: Graph, parts: readonly Value[], axis: number): Value {
  if (parts.length === 1) return parts[0]!;
  if (!g.fused && parts.length > MOST_PARTS)
    return concat(
      g,
      inParts(parts).map((run) => concat(g, run, axis)),
      axis,
    );
  const whole = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  const shape = parts[0]!.shape.map((size, i) => (i === axis ? whole : size));
  return emitOne(g, "Concat", parts, shape, { axis: { int: axis } });
}

export function slice(g: Graph, a: Value, axis: number, start: number, end: number): Value {
  const shape = a.shape.map((size, i) => (i === axis ? end - start : size));
  const one = (element: number) => constant(g, [element], [1], "int64");
  return emitOne(g, "Slice", [a, one(start), one(end), one(axis)], shape, {}, a.type);
}
