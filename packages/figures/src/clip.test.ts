import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clipLine } from "./clip.js";

const frame = { x: [1, 100], y: [1, 100] } as const;

describe("clipping a line to a logarithmic frame", () => {
  it("ends the line on the border, on the straight line of log-log paper", () => {
    const clipped = clipLine(
      [
        { x: 10, y: 10 },
        { x: 1000, y: 100_000 },
      ],
      frame,
    );
    expect(clipped).toHaveLength(2);
    expect(clipped[1]?.y).toBeCloseTo(100, 9);
    expect(clipped[1]?.x).toBeCloseTo(10 * 100 ** 0.25, 9);
  });

  it("keeps no point outside, whatever the line", () => {
    const coordinate = fc.double({ min: 1e-3, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.record({ x: coordinate, y: coordinate }), { maxLength: 30 }), (line) => {
        for (const point of clipLine(line, frame)) {
          expect(point.x).toBeGreaterThan(0.999999);
          expect(point.x).toBeLessThan(100.0001);
          expect(point.y).toBeGreaterThan(0.999999);
          expect(point.y).toBeLessThan(100.0001);
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
