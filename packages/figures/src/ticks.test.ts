import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCount, formatFlops } from "./format.js";
import { evenTicks, logTicks } from "./ticks.js";

describe("ticks", () => {
  it("are round, inside the range and no more than asked for, whatever the range", () => {
    const exponent = fc.double({ min: -3, max: 25, noNaN: true });
    fc.assert(
      fc.property(
        exponent,
        fc.double({ min: 0.02, max: 12, noNaN: true }),
        fc.integer({ min: 3, max: 12 }),
        (e, span, most) => {
          const [low, high] = [10 ** e, 10 ** (e + span)];
          const ticks = logTicks(low, high, most);
          expect(ticks.length).toBeGreaterThanOrEqual(1);
          expect(ticks.length).toBeLessThanOrEqual(most);
          for (const tick of ticks) {
            expect(tick).toBeGreaterThanOrEqual(low * (1 - 1e-6));
            expect(tick).toBeLessThanOrEqual(high * (1 + 1e-6));
          }
          expect([...ticks].sort((a, b) => a - b)).toEqual(ticks);
        },
      ),
      { seed: 3, numRuns: 500 },
    );
  });

  it("of a linear axis around zero include zero", () => {
    expect(evenTicks(-0.86, 0.86, 4)).toEqual([-0.5, 0, 0.5]);
  });
});

describe("numbers as the field writes them", () => {
  it.each([
    [950, "950"],
    [12_345, "12.3k"],
    [999_999, "1M"],
    [70e9, "70B"],
    [1.4e12, "1.4T"],
  ])("%d parameters or tokens read %s", (count, text) => expect(formatCount(count)).toBe(text));

  it.each([
    [1e21, "10²¹"],
    [5.76e23, "5.76×10²³"],
    [3e10, "3×10¹⁰"],
    [9.9999e9, "10¹⁰"],
  ])("%d FLOPs read %s", (flops, text) => expect(formatFlops(flops)).toBe(text));
});
