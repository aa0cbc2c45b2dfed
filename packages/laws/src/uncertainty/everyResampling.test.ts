import { describe, expect, test } from "vitest";
import { plain } from "../fixtures/provokedWarnings.js";

/** What the data-constrained fit holds fixed has no interval. */
const HELD = ["E", "A", "B", "alpha", "beta"];
const noise = [
  { loss: 1, sd: 0.004 },
  { loss: 10, sd: 0.04 },
];

describe.each(Object.keys(plain))("%s", (procedure) => {
  test.each(["rows", "runs", "noise"] as const)("draws over %s, keeps the draws, and has every interval", (over) => {
    const fit = plain[procedure]!({ resamples: 40, over, ...(over === "noise" && { noise }) });
    // A training curve is a run by itself.
    expect(fit.diagnostics.bootstrapOver).toBe(procedure === "Approach 1" && over === "rows" ? "runs" : over);
    expect(fit.draws.rows.length).toBeGreaterThanOrEqual(36);
    expect(fit.draws.rows.every((row) => row.length === fit.draws.names.length)).toBe(true);
    const held = procedure === "data-constrained" ? HELD : [];
    const wanted = [
      ...Object.keys(fit.parameters).filter((name) => !held.includes(name)),
      ...(fit.exponents ? ["a", "b"] : []),
    ];
    expect(Object.keys(fit.intervals95)).toEqual(expect.arrayContaining(wanted));
    for (const name of wanted) {
      const [low, high] = fit.intervals95[name]!;
      expect(high, name).toBeGreaterThan(low);
    }
  });
});
