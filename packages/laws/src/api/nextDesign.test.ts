import { expect, test } from "vitest";
import {
  createRandom,
  fitIsoflop,
  fitParametric,
  isIsoflopError,
  type NextDesignOptions,
  nextDesign,
  orThrow,
  syntheticStudy,
} from "../index.js";
import { simulateRefits } from "./nextDesign.js";

const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
const study = { truth, budgets: [3e9, 1e10, 3e10], sizes: 5, width: 16, noise: 0.003, random: createRandom(5) };
const runs = syntheticStudy(study).map(({ id: _, ...run }) => run);
const fit = fitParametric(runs, { resamples: 30 });
const options: NextDesignOptions = { flops: 1e11, shares: [] };
const codeOf = (outcome: unknown) => (isIsoflopError(outcome) ? outcome.code : outcome);

test("runs without names are designed for, and the target is ten times the largest", () => {
  const design = orThrow(nextDesign(runs, fit, options));
  expect(design.target.flops).toBeCloseTo(3e11, -3);
  expect(design.runs.length).toBeGreaterThan(0);
  const { noise, drift } = design.errors;
  const spread = orThrow(simulateRefits(runs, design.runs, fit, { target: 3e11, noise, drift, refits: 50 }));
  expect(spread.refits).toBeGreaterThan(40);
  expect(spread.loss).toBeGreaterThan(0);
});

test("what cannot be used comes back as an error that says so", () => {
  const failed = fitParametric([]);
  const asked = (more: object) => codeOf(nextDesign(runs, fit, { ...options, ...more } as NextDesignOptions));
  expect(codeOf(nextDesign(runs, failed, options))).toBe("too-few-records");
  expect(codeOf(nextDesign(runs.slice(1), fit, options))).toBe("bad-fit");
  expect(codeOf(nextDesign(runs, fitIsoflop(runs, { resamples: 0 }) as never, options))).toBe("bad-fit");
  expect(codeOf(nextDesign([{ ...runs[0]!, loss: -1 }, ...runs.slice(1)], fit, options))).toBe("bad-record");
  expect(asked({ flops: Number.NaN })).toBe("bad-option");
  expect(asked({ flops: undefined })).toBe("bad-budget");
  expect(asked({ objective: "all" })).toBe("bad-option");
  expect(asked({ runs: 1.5 })).toBe("bad-option");
  expect(asked({ seeds: 0 })).toBe("bad-option");
  expect(asked({ drift: -0.1 })).toBe("bad-option");
  expect(asked({ grid: { sizes: 0, span: 8 } })).toBe("bad-option");
  expect(asked({ minRun: 1e12, maxRun: 1e12 })).toBe("no-candidates");
  const refits = (more: object) =>
    codeOf(simulateRefits(runs, [], fit, { target: 1e12, noise: 0.003, drift: 0, refits: 9, ...more }));
  expect(refits({ refits: 0 })).toBe("bad-option");
  expect(refits({ noise: 0 })).toBe("bad-option");
  expect(refits({ drift: Number.NaN })).toBe("bad-option");
});
