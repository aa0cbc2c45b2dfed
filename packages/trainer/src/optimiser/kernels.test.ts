import { createRandom } from "@isoflop/laws";
import { expect, test } from "vitest";
import { bindKernels } from "./kernels.js";

const COUNT = 1024;
const BYTES = 4 * COUNT;
const f = Math.fround;

/** A memory of some buffers of random numbers. */
function buffers(count: number) {
  const { buffer, functions } = bindKernels(count * BYTES);
  const { normal } = createRandom(4);
  const arrays = Array.from({ length: count }, (_, i) => {
    const array = new Float32Array(buffer, i * BYTES, COUNT);
    array.forEach((_, j) => {
      array[j] = normal();
    });
    return array;
  });
  return { arrays, kernels: functions };
}

test("the sum of squares is that of double precision", () => {
  const { arrays, kernels } = buffers(2);
  const exact = arrays[1]!.reduce((sum, x) => sum + x * x, 0);
  expect(kernels.sumOfSquares(BYTES, BYTES)).toBeCloseTo(exact, 9);
  arrays[1]!.fill(3e19);
  expect(kernels.sumOfSquares(BYTES, BYTES) / (COUNT * 9e38)).toBeCloseTo(1, 6);
  arrays[1]![7] = Number.NaN;
  expect(kernels.sumOfSquares(BYTES, BYTES)).toBeNaN();
});

test("accumulating adds in single precision and leaves everything else as it was", () => {
  const { arrays, kernels } = buffers(3);
  const before = arrays.map((array) => Float32Array.from(array));
  kernels.accumulate(BYTES, 2 * BYTES, BYTES);
  expect(arrays[0]).toEqual(before[0]);
  expect(arrays[1]).toEqual(before[1]!.map((x, i) => f(x + before[2]![i]!)));
  expect(arrays[2]).toEqual(before[2]);
});

test("AdamW does each operation in single precision, in the order of its formula", () => {
  const { arrays, kernels } = buffers(4);
  arrays[2]!.forEach((x, i, second) => {
    second[i] = x * x;
  });
  const [p, m, v, g] = arrays.map((array) => Float32Array.from(array)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const [factor, firstShare, secondShare, size, epsilon, kept] = [0.7, 0.1, 0.05, 0.003, 1e-8, 0.999].map(f) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  kernels.adamw(0, BYTES, 2 * BYTES, 3 * BYTES, BYTES, factor, firstShare, secondShare, size, epsilon, kept);
  for (let i = 0; i < COUNT; i++) {
    const slope = f(g[i]! * factor);
    const first = f(m[i]! + f(f(slope - m[i]!) * firstShare));
    const second = f(v[i]! + f(f(f(slope * slope) - v[i]!) * secondShare));
    const step = f(f(first / f(f(Math.sqrt(second)) + epsilon)) * size);
    expect([arrays[0]![i], arrays[1]![i], arrays[2]![i]]).toEqual([f(f(p[i]! * kept) - step), first, second]);
  }
  expect(arrays[3]).toEqual(g);
});
