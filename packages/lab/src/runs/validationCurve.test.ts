import type { MetricsLine } from "@isoflop/trainer";
import { describe, expect, it } from "vitest";
import { lossCurve, notConverged } from "./validationCurve.js";

const line = (step: number, loss?: number): MetricsLine => ({
  step,
  tokens: step * 64,
  flops: step,
  time: step,
  "train/loss": 9,
  lr: 0.1,
  grad_norm: 1,
  ...(loss === undefined ? {} : { "val/loss": loss }),
});

describe("validation losses along a run", () => {
  it("are those of the steps that evaluated, the newer where a resumed run wrote a step twice", () => {
    const curve = lossCurve([line(10, 4), line(11), line(20, 3), line(10, 3.9), line(30, Number.NaN)]);
    expect(curve).toEqual([
      { step: 10, loss: 3.9 },
      { step: 20, loss: 3 },
    ]);
  });

  it("have not converged where they still fell by more than half a per cent over the last fifth", () => {
    const steps = [20, 40, 60, 80, 100];
    const curve = (losses: readonly number[]) => steps.map((step, i) => ({ step, loss: losses[i] ?? 0 }));
    expect(notConverged(curve([4, 3, 2.5, 2.2, 2.1]))).toBe(true);
    expect(notConverged(curve([4, 3, 2.5, 2.2, 2.195]))).toBe(false);
    expect(notConverged(curve([4, 3, 2.5, 2.2, 2.6]))).toBe(false);
    expect(notConverged([])).toBe(false);
  });
});
