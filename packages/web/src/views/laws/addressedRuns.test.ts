import { expect, it } from "vitest";
import { addressOf, isAddress, runsNamed } from "./addressedRuns.js";

const long = Array.from({ length: 500 }, (_, index) => `${"runs/".repeat(60)}${index}`);

it("names a run by its id, however long that is, and finds it again", () => {
  expect(addressOf("a b")).toBe("a b");
  const named = long.map(addressOf);
  expect(new Set(named).size).toBe(long.length);
  for (const name of named) expect(isAddress(name)).toBe(true);
  expect(runsNamed([...named, "a b"], ["a b", ...long])).toEqual([...long, "a b"]);
});

it("leaves what no run answers to as it is", () => {
  for (const named of [["~abc", "gone"], ["a", "b"], []]) expect(runsNamed(named, long)).toBe(named);
});
