import { expect, test } from "vitest";
import { chinchilla } from "../laws/chinchilla.js";
import { gridThenGolden } from "../numerics/minimiseScalar.js";
import { inferenceAwareOptimum } from "./inferenceAware.js";

const p = chinchilla.published.parameters;

// Sardana et al. 2023 (arXiv:2401.00448v3), section 2 and Table 2, by the constants of their appendix A: the model that serves
// as well as a compute-optimal one of so many parameters, its data against that one's, and the FLOPs saved.
test.each([
  { quality: 13e9, served: 2e12, parameters: 7e9, dataRatio: 2.16, saved: 0.17 },
  { quality: 7e9, served: 1e11, parameters: 6e9, dataRatio: 1.18, saved: 0.01 },
  { quality: 30e9, served: 1e13, parameters: 13.6e9, dataRatio: 2.84, saved: 0.28 },
  { quality: 70e9, served: 1e13, parameters: 41.6e9, dataRatio: 7.92 / 4.26, saved: 0.12 },
])("Sardana's model of $quality's quality that serves $served tokens has $parameters parameters", (printed) => {
  const constants = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.336, beta: 0.283 };
  // The budget for which so many parameters are optimal, equation 4 of Hoffmann et al. 2022 solved for C.
  const a = constants.beta / (constants.alpha + constants.beta);
  const flops = (printed.quality / chinchilla.optimum(constants, 1).parameters) ** (1 / a);
  const start = chinchilla.optimum(constants, flops);
  expect(start.parameters / printed.quality).toBeCloseTo(1, 9);
  const found = inferenceAwareOptimum((n, d) => chinchilla.loss(constants, n, d), start, printed.served);
  const without = flops + 2 * printed.quality * printed.served;
  expect(Math.abs(found.parameters / printed.parameters - 1)).toBeLessThan(0.005);
  expect(Math.abs(found.tokens / start.tokens - printed.dataRatio)).toBeLessThan(0.01);
  expect(1 - found.totalFlops / without).toBeCloseTo(printed.saved, 2);
});

test.each([
  [1e21, 1e11],
  [1e23, 3e12],
  [5e23, 1e14],
])(
  "trained optimally on %d FLOPs and serving %d tokens: what a search over N with D in closed form finds",
  (flops, served) => {
    const start = chinchilla.optimum(p, flops);
    const { loss } = start;
    // L(N, D) = loss solved for D, so that the constraint holds exactly at every N.
    const tokens = (n: number) => {
      const left = loss! - p.E - p.A * n ** -p.alpha;
      return left > 0 ? (p.B / left) ** (1 / p.beta) : Number.POSITIVE_INFINITY;
    };
    const cost = (logN: number) => {
      const n = Math.exp(logN);
      return 6 * n * tokens(n) + 2 * n * served;
    };
    const centre = Math.log(start.parameters);
    const logN = gridThenGolden(cost, centre - 8, centre + 2, 4000, 1e-9);
    const found = inferenceAwareOptimum((n, d) => chinchilla.loss(p, n, d), start, served);
    expect(Math.abs(Math.log(found.parameters) - logN)).toBeLessThan(1e-4);
    expect(found.tokens / tokens(found.parameters)).toBeCloseTo(1, 8);
    expect(found.totalFlops / cost(logN)).toBeCloseTo(1, 9);
    expect(found.totalFlops).toBeLessThan(flops + 2 * start.parameters * served);
  },
);
