import fc from "fast-check";
import { expect, test } from "vitest";
import { createBatches, sequenceCount, validationWindows } from "./batches.js";

/** Tokens that tell their own position, modulo 256. */
const counting = (length: number) => Uint8Array.from({ length }, (_, i) => i % 256);

test("every sequence comes exactly once an epoch, in another order the next epoch", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 10, max: 240 }),
      fc.nat(1000),
      (context, length, seed) => {
        const count = sequenceCount(length, context);
        const next = createBatches(counting(length), context, 1, seed);
        const row = new Int32Array(context + 1);
        const epoch = (first: number) =>
          Array.from({ length: count }, (_, i) => {
            next(first + i, row);
            expect(Array.from(row)).toEqual(Array.from(row, (_, j) => row[0]! + j));
            return row[0]!;
          });
        const all = Array.from({ length: count }, (_, i) => i * context);
        const one = epoch(1);
        expect([...one].sort((a, b) => a - b)).toEqual(all);
        const two = epoch(1 + count);
        expect([...two].sort((a, b) => a - b)).toEqual(all);
        if (count > 10) expect(two).not.toEqual(one);
      },
    ),
    { numRuns: 50 },
  );
});

test("the n-th sequence is the same whatever the batch size, and a step can be asked for out of order", () => {
  const tokens = counting(200);
  const single = createBatches(tokens, 3, 1, 5);
  const four = createBatches(tokens, 3, 4, 5);
  const row = new Int32Array(4);
  const rows = new Int32Array(16);
  for (const step of [30, 2, 17, 1]) {
    four(step, rows);
    for (let i = 0; i < 4; i++) {
      single((step - 1) * 4 + i + 1, row);
      expect(rows.subarray(i * 4, i * 4 + 4)).toEqual(row);
    }
  }
});

test("validation windows are distinct, in range, and refused when there are too few", () => {
  const windows = validationWindows(counting(101), 5, 20);
  const starts = Array.from({ length: 20 }, (_, i) => windows[i * 6]!);
  expect(starts).toEqual(Array.from({ length: 20 }, (_, i) => i * 5));
  expect(() => validationWindows(counting(100), 5, 20)).toThrow(/19 sequences, not 20/);
});
