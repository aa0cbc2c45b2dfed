import { expect, test } from "vitest";
import { studentT975 } from "./studentT.js";
import { symmetricEigenvalues } from "./symmetricEigenvalues.js";

test("eigenvalues of a symmetric matrix: closed form for two, the second difference for six", () => {
  expect(symmetricEigenvalues([2, 1, 1, 2], 2)).toEqual([expect.closeTo(1, 14), expect.closeTo(3, 14)]);
  const n = 6;
  const difference = Array.from({ length: n * n }, (_, k) => {
    const gap = Math.abs(Math.floor(k / n) - (k % n));
    return gap === 0 ? 2 : gap === 1 ? -1 : 0;
  });
  symmetricEigenvalues(difference, n).forEach((value, i) => {
    expect(value).toBeCloseTo(2 - 2 * Math.cos(((i + 1) * Math.PI) / (n + 1)), 12);
  });
});

test("Student's 95 % points are those of the tables", () => {
  const table: [number, number][] = [
    [1, 12.706],
    [2, 4.303],
    [3, 3.182],
    [5, 2.571],
    [10, 2.228],
    [30, 2.042],
    [120, 1.98],
  ];
  for (const [degrees, point] of table)
    expect(Math.abs(studentT975(Math.max(degrees, 1)) / point - 1)).toBeLessThan(0.01);
});
