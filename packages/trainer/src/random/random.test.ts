import { createRandom } from "@isoflop/laws";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillNormal } from "./normal.js";
import { bindNormals } from "./normalKernel.js";
import { createPermutation } from "./permutation.js";
import { PURPOSE, philox } from "./philox.js";

// Random123's kat_vectors, philox4x32 10.
test.each([
  [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  [[-1, -1, -1, -1], [-1, -1], "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], "d16cfe09 94fdcceb 5001e420 24126ea1"],
] as const)("Philox gives the published words of counter %j and key %j", (counter, key, words) => {
  const out = new Uint32Array(4);
  philox(counter, key, out);
  expect(Array.from(out, (word) => word.toString(16).padStart(8, "0")).join(" ")).toBe(words);
});

test("words made many at a time are those of single counters, under any key", () => {
  const { buffer, functions } = bindNormals(64 * 8);
  const at = new Uint32Array(4);
  fc.assert(
    fc.property(fc.nat(2 ** 31), fc.nat(2 ** 31), fc.nat(2 ** 31), fc.nat(2 ** 31), (counter, stream, key0, key1) => {
      const first = 2 * counter + 1;
      functions.words(0, 64 * 8, first, stream, PURPOSE.subset, 2 * key0, 2 * key1);
      const made = new Uint32Array(buffer, 0, 4 * 32);
      for (let i = 0; i < 32; i++) {
        philox([first + i, 0, stream, PURPOSE.subset], [2 * key0, 2 * key1], at);
        expect(made.subarray(4 * i, 4 * i + 4)).toEqual(at);
      }
    }),
    { numRuns: 20 },
  );
});

describe("the transform of Box & Muller", () => {
  const { buffer, functions } = bindNormals(65_536);
  /** Deviates of unit deviation from pairs of words, in a quarter of the memory at a time. */
  const made = (words: readonly number[]) => {
    new Uint32Array(buffer).set(words);
    functions.normals(0, 64 * Math.ceil(words.length / 16), 1);
    return new Float32Array(buffer, 0, words.length).slice();
  };
  const inDoubles = (words: readonly number[]) =>
    Float32Array.from(words, (_, i) => {
      const [first, second] = [words[i - (i % 2)]!, words[i - (i % 2) + 1]!];
      const radius = Math.sqrt(-2 * Math.log((first + 0.5) / 2 ** 32));
      const angle = (2 * Math.PI * second) / 2 ** 32;
      return radius * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
    });
  test("is that of double precision at the ends of its range and around every quarter turn", () => {
    const near = [0, 2 ** 29, 2 ** 30, 2 ** 31, 3 * 2 ** 30, 2 ** 32, 2 ** 32 * Math.SQRT1_2, 2 ** 20, 5]
      .flatMap((word) => [-2, -1, 0, 1, 2].map((by) => Math.round(word) + by))
      .filter((word) => word >= 0 && word < 2 ** 32);
    const words = near.flatMap((first) => near.flatMap((second) => [first, second]));
    expect(made(words)).toEqual(inDoubles(words));
  });
  test("agrees with the engine's own functions in all but one of many floats, and there in all but the last bit", () => {
    const { integer } = createRandom(5);
    let [unequal, all, worst] = [0, 0, 0];
    for (let turn = 0; turn < 30; turn++) {
      const words = Array.from({ length: 16_384 }, () => integer(2 ** 32));
      const [ours, theirs] = [made(words), inDoubles(words)];
      const [bits, others] = [new Int32Array(ours.buffer), new Int32Array(theirs.buffer)];
      for (let i = 0; i < words.length; i++) {
        const units = Math.abs(bits[i]! - others[i]!);
        worst = Math.max(worst, units);
        unequal += units;
        all++;
      }
    }
    // Of 25 million none was unequal on Node 20; engines differ in the last bit of a double.
    expect(worst).toBeLessThanOrEqual(1);
    expect(unequal).toBeLessThan(all / 100_000);
  });
});

describe("normal deviates", () => {
  const draw = (length: number, seed = 1, stream = 0) => {
    const out = new Float32Array(length);
    fillNormal(out, 1, seed, stream);
    return out;
  };
  test("have the moments of a normal distribution", () => {
    const values = draw(200_000);
    const moment = (p: number) => values.reduce((sum, v) => sum + v ** p, 0) / values.length;
    // Four standard errors of each: sqrt(1, 2, 15, 96 / n).
    [1, 2, 3, 4].forEach((p, i) => {
      const expected = [0, 1, 0, 3][i]!;
      expect(Math.abs(moment(p) - expected)).toBeLessThan(4 * Math.sqrt([1, 2, 15, 96][i]! / values.length));
    });
  });
  test("depend on seed, stream and place, and on nothing else", () => {
    const whole = draw(1000, 7, 3);
    expect(draw(10, 7, 3)).toEqual(whole.subarray(0, 10));
    expect(draw(1000, 7, 4)).not.toEqual(whole);
    expect(draw(1000, 8, 3)).not.toEqual(whole);
    expect(draw(1000, 7 + 2 ** 32, 3)).not.toEqual(whole);
    const other = draw(1000, 7, 4);
    const correlation = whole.reduce((sum, v, i) => sum + v * other[i]!, 0) / whole.length;
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(1000));
  });
});

describe("a permutation", () => {
  test("holds every position once", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(100), (length, seed, epoch) => {
        const at = createPermutation(length, seed, epoch, 1);
        const places = Array.from({ length }, (_, i) => at(i));
        expect([...places].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
      }),
      { numRuns: 100 },
    );
  });
  test("sends a position anywhere equally often, and its neighbour independently of it", () => {
    const length = 10;
    const trials = 20_000;
    const pairs = new Float64Array(length * length);
    for (let seed = 0; seed < trials; seed++) {
      const at = createPermutation(length, seed, 0, 1);
      pairs[at(3) * length + at(4)]!++;
    }
    const expected = trials / (length * (length - 1));
    let chiSquared = 0;
    for (let i = 0; i < pairs.length; i++) {
      if (i % (length + 1) === 0) expect(pairs[i]).toBe(0);
      else chiSquared += (pairs[i]! - expected) ** 2 / expected;
    }
    // 89 degrees of freedom: mean 89, standard deviation 13.3.
    expect(chiSquared).toBeLessThan(89 + 4 * 13.3);
  });
  test("reaches beyond 32 bits", () => {
    const at = createPermutation(2 ** 40, 1, 0, 1);
    const places = Array.from({ length: 1000 }, (_, i) => at(i));
    expect(new Set(places).size).toBe(1000);
    expect(Math.max(...places)).toBeGreaterThan(2 ** 38);
    expect(Math.max(...places)).toBeLessThan(2 ** 40);
  });
});
