import { expect, it } from "vitest";
import { type Condition, isComplete, type Operator, satisfies } from "./conditions.js";

const holds = (cell: unknown, operator: Operator, value = "") => satisfies(cell, { column: "x", operator, value });

it("conditions compare numbers as numbers and the rest as text", () => {
  expect(holds("10", ">", "9")).toBe(true);
  expect(holds(1e6, "=", "1,000,000.0")).toBe(true);
  expect(holds(5n, "<=", "5")).toBe(true);
  expect(holds("1e2", "<", "99")).toBe(false);
  expect(holds("beta", ">", "alpha")).toBe(true);
  expect(holds("true", "=", "true")).toBe(true);
  expect(holds(true, "=", " true ")).toBe(true);
  expect(holds("Adam W", "contains", "adam")).toBe(true);
  expect(holds("a", "!=", "b")).toBe(true);
});

it("an empty cell compares with nothing, as in SQL", () => {
  for (const cell of ["", " ", null, undefined]) {
    for (const operator of ["=", "!=", "<", "<=", ">", ">=", "contains"] as const) {
      expect(holds(cell, operator, "0")).toBe(false);
    }
    expect([holds(cell, "empty"), holds(cell, "filled")]).toEqual([true, false]);
  }
  expect([holds(0, "empty"), holds(0, "filled")]).toEqual([false, true]);
});

it("a condition that is not written out yet leaves all rows", () => {
  const condition: Condition = { column: "x", operator: "=", value: " " };
  expect(isComplete(condition)).toBe(false);
  expect(isComplete({ ...condition, operator: "empty" })).toBe(true);
});
