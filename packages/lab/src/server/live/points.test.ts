import { describe, expect, it } from "vitest";
import { addPoint, pointsEach, thinPoints } from "./points.js";

const curve = (steps: number): number[] => Array.from({ length: steps }, (_, i) => [i + 1, 5 - i / steps]).flat();
const stepsOf = (points: readonly number[]): number[] => points.filter((_, i) => i % 2 === 0);

describe("points of a curve", () => {
  it("are thinned to equal distances in log steps, the first and the last kept, each with its own loss", () => {
    const all = curve(100_000);
    const thin = thinPoints(all, 200);
    const steps = stepsOf(thin);
    expect(steps.length).toBeLessThanOrEqual(200);
    expect(steps.length).toBeGreaterThan(140);
    expect([steps[0], steps.at(-1)]).toEqual([1, 100_000]);
    expect(new Set(steps).size).toBe(steps.length);
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
    for (let i = 0; i < steps.length; i++) expect(thin[2 * i + 1]).toBe(5 - (steps[i]! - 1) / 100_000);
    const gaps = steps.filter((step) => step > 1000).map((step, i, late) => Math.log((late[i + 1] ?? step) / step));
    expect(Math.max(...gaps)).toBeLessThan(0.13);
  });

  it("stay as they are where there are few", () => {
    for (const few of [0, 1, 2, 50]) expect(thinPoints(curve(few), 50)).toEqual(curve(few));
    expect(stepsOf(thinPoints(curve(51), 50)).length).toBeLessThanOrEqual(50);
  });

  it("are withdrawn where a later line goes back behind them", () => {
    const points = curve(6);
    addPoint(points, 4, 9);
    expect(stepsOf(points)).toEqual([1, 2, 3, 4]);
    expect(points.at(-1)).toBe(9);
  });

  it("are fewer of each where there are thousands", () => {
    expect(pointsEach(35)).toBe(200);
    expect(pointsEach(1000)).toBe(150);
    expect(pointsEach(5000)).toBe(30);
  });
});
