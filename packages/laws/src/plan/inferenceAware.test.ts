import { expect, test } from "vitest";
import { chinchilla } from "../laws/chinchilla.js";
import { gridThenGolden } from "../numerics/minimiseScalar.js";
import { inferenceAwareOptimum } from "./inferenceAware.js";

const p = chinchilla.published.parameters;

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
