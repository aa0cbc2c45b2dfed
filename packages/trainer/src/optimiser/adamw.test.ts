import { expect, test } from "vitest";
import { initialParameters } from "../model/initialise.js";
import type { ParameterGroup } from "../model/parameters.js";
import { createState } from "../training/state.js";
import { adamwStep } from "./adamw.js";

/** A group of ones, whose gradient is zero: what remains of them is what the decay left. */
function remaining(learningRateFactor: number, independentWeightDecay: boolean | undefined): number {
  const tensors = [{ name: "ones", shape: [8], initialisation: { kind: "constant", value: 1 } as const }];
  const groups: ParameterGroup[] = [{ name: "matrices", learningRateFactor, decays: true, tensors, size: 8 }];
  const state = createState(groups, initialParameters(groups, 0));
  const options = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.5, clip: 1, independentWeightDecay };
  for (const [t, rate] of [0.01, 0.02].entries()) adamwStep(state, t + 1, rate, options);
  return state.groups[0]!.parameters.elements[3]!;
}

test("weight decay goes with the matrices' learning rate, or with the schedule's alone, whatever the width", () => {
  expect(remaining(0.25, undefined)).toBeCloseTo((1 - 0.25 * 0.005) * (1 - 0.25 * 0.01), 6);
  expect(remaining(0.25, false)).toBe(remaining(0.25, undefined));
  for (const factor of [0.25, 1, 4]) expect(remaining(factor, true)).toBeCloseTo((1 - 0.005) * (1 - 0.01), 6);
});
