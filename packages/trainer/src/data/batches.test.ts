import { mkdtempSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sequenceCount } from "../contract/sequences.js";
import { createBatches, validationWindows } from "./batches.js";
import { openTokens, type Tokens } from "./tokenFile.js";

/** Tokens that tell their own position. */
const counting = (length: number): Tokens => ({
  length,
  read(start, count, target, offset) {
    for (let i = 0; i < count; i++) target[offset + i] = start + i;
  },
});

test("every sequence comes exactly once an epoch, in another order the next epoch", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 10, max: 240 }),
      fc.nat(1000),
      (context, length, seed) => {
        const count = sequenceCount(length, context);
        const next = createBatches(counting(length), { context, sequences: 1, seed });
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
  const single = createBatches(tokens, { context: 3, sequences: 1, seed: 5 });
  const four = createBatches(tokens, { context: 3, sequences: 4, seed: 5 });
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

test("validation windows are distinct, in range, all there are where more are asked for, and refused when there are none", () => {
  const windows = validationWindows(counting(101), 5, 20);
  const starts = Array.from({ length: 20 }, (_, i) => windows[i * 6]!);
  expect(starts).toEqual(Array.from({ length: 20 }, (_, i) => i * 5));
  const all = validationWindows(counting(100), 5, 20);
  expect(all.length).toBe(19 * 6);
  expect(Array.from({ length: 19 }, (_, i) => all[i * 6])).toEqual(starts.slice(0, 19));
  expect(() => validationWindows(counting(5), 5, 20)).toThrow(/5 validation tokens hold 0 sequences, not 1/);
});

test("fewer unique sequences repeat, and are part of every larger subset, whatever the seed", () => {
  const seen = (uniqueSequences: number, seed: number, steps: number) => {
    const next = createBatches(counting(401), { context: 4, sequences: 1, seed, uniqueSequences });
    const row = new Int32Array(5);
    return Array.from({ length: steps }, (_, i) => {
      next(i + 1, row);
      return row[0]!;
    });
  };
  const twenty = seen(20, 1, 60);
  for (const epoch of [0, 20, 40]) expect(new Set(twenty.slice(epoch, epoch + 20)).size).toBe(20);
  expect(new Set(twenty).size).toBe(20);
  expect(new Set(seen(20, 2, 20))).toEqual(new Set(twenty));
  const fifty = new Set(seen(50, 3, 50));
  expect(twenty.every((start) => fifty.has(start))).toBe(true);
  // A subset is spread over the corpus, not its beginning.
  expect(Math.max(...twenty)).toBeGreaterThan(200);
  expect(() => seen(101, 1, 1)).toThrow(/100 sequences, not 101/);
});

test.each([1, 2, 4] as const)(
  "token files of %i bytes a token read as they were written, and cut ones are refused",
  (size) => {
    const folder = mkdtempSync(join(tmpdir(), "isoflop-tokens-"));
    const values = Uint32Array.from({ length: 100 }, (_, i) => (i * 40_503) % 2 ** (8 * size));
    const typed = size === 1 ? Uint8Array.from(values) : size === 2 ? Uint16Array.from(values) : values;
    writeFileSync(join(folder, "train.bin"), typed);
    const tokens = openTokens(folder, "train", 100, size);
    const target = new Int32Array(12).fill(-1);
    tokens.read(90, 10, target, 1);
    expect(Array.from(target)).toEqual([-1, ...values.subarray(90), -1]);
    tokens.read(0, 2, target, 0);
    expect(Array.from(target.subarray(0, 3))).toEqual([values[0], values[1], values[91]]);
    expect(() => tokens.read(95, 10, target, 0)).toThrow(/planned with 100/);
    truncateSync(join(folder, "train.bin"), 50 * size);
    expect(() => openTokens(folder, "train", 100, size)).toThrow(/50 tokens, the run was planned with 100/);
    expect(() => openTokens(folder, "validation", 100, size)).toThrow(/cannot read the token cache/);
  },
);
