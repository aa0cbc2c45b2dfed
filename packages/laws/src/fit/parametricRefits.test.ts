import { describe, expect, test } from "vitest";
import { ROW } from "../numerics/huberSums.js";
import { createRandom } from "../numerics/random.js";
import type { RunRecord } from "../record.js";
import { bendOf } from "./parametricBend.js";
import { createDescent } from "./parametricDescent.js";
import { parametricProblem, searchMinima } from "./parametricFit.js";
import { influenceOf } from "./parametricInfluence.js";
import { linearise, newLinearisation, rowsOf } from "./parametricObjective.js";
import { createRefit } from "./parametricRefits.js";
import { projectedStarts } from "./parametricSearch.js";
import { syntheticStudy } from "./synthetic.js";

const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
const budgets = [3e9, 1e10, 3e10, 1e11, 3e11];
const study = (seed: number, noise: number) =>
  syntheticStudy({ truth, budgets, sizes: 7, width: 16, noise, random: createRandom(seed) });
const setting = (loss: "huber" | "lad" | "mse" = "huber") => ({ loss, delta: 1e-3, fixed: {}, tied: false });

function fitted(records: readonly RunRecord[], loss: "huber" | "lad" | "mse" = "huber") {
  const problem = parametricProblem(records, setting(loss));
  const { theta } = searchMinima(problem)[0]!;
  const at = newLinearisation(records.length);
  linearise(problem.rows, theta, problem.delta, at);
  return { problem, theta, at };
}

describe("refits", () => {
  test.each(["huber", "mse"] as const)("200 of them end where a long descent from there does (%s)", (loss) => {
    const runs = 35;
    const { problem, theta } = fitted(study(2, 0.006), loss);
    const refit = createRefit(problem.data, theta, problem.model, problem.delta);
    const descend = createDescent(runs);
    const random = createRandom(3);
    const at = newLinearisation(runs);
    const shifts = new Float64Array(runs);
    for (let k = 0; k < 200; k++) {
      const counts = new Float64Array(runs);
      for (let i = 0; i < runs; i++) counts[random.integer(runs)]!++;
      const found = refit(counts, shifts)!;
      const rows = rowsOf(problem.data, counts);
      const { value } = descend(rows, found, problem.model, problem.delta, { tolerance: 1e-15 });
      expect(linearise(rows, found, problem.delta, at) / value - 1, `resample ${k}`).toBeLessThan(1e-9);
    }
  });
  test("the influence of weights is the first order of what they do (least squares)", () => {
    const { problem, theta, at } = fitted(study(4, 0.003), "mse");
    const influence = influenceOf(at, theta, problem.model, problem.delta);
    const refit = createRefit(problem.data, theta, problem.model, problem.delta);
    const runs = at.count;
    const random = createRandom(5);
    const direction = Float64Array.from({ length: runs }, () => random.normal());
    const [step, gradient] = [new Float64Array(5), new Float64Array(5)];
    for (let i = 0; i < runs; i++) {
      for (let k = 0; k < 5; k++)
        gradient[k]! += 1e-3 * direction[i]! * at.cells[i * ROW]! * at.cells[i * ROW + 1 + k]!;
    }
    influence(gradient, step);
    const moved = refit(
      direction.map((v) => 1 + 1e-3 * v),
      new Float64Array(runs),
    )!;
    for (let k = 0; k < 5; k++) {
      expect(Math.abs(moved[k]! - theta[k]! - step[k]!)).toBeLessThan(0.1 * Math.abs(step[k]!) + 1e-7);
    }
  });
});

describe("the bent path", () => {
  const { problem, theta, at } = fitted(study(1, 0.003));
  const bend = bendOf(problem.rows, at, theta, problem.model);
  /** J'(r(theta + step) - r(theta) - J straight), by its largest component. */
  const bentAway = (step: Float64Array, straight: Float64Array) => {
    const there = newLinearisation(at.count);
    linearise(
      problem.rows,
      theta.map((v, i) => v + step[i]!),
      problem.delta,
      there,
    );
    const sums = new Float64Array(5);
    for (let o = 0; o < at.count * ROW; o += ROW) {
      let miss = there.cells[o]! - at.cells[o]!;
      for (let k = 0; k < 5; k++) miss -= at.cells[o + 1 + k]! * straight[k]!;
      for (let k = 0; k < 5; k++) sums[k]! += at.cells[o + 1 + k]! * miss;
    }
    return Math.max(...sums.map(Math.abs));
  };
  test("along it residuals change linearly, but for the third order of the step", () => {
    const random = createRandom(6);
    for (let k = 0; k < 10; k++) {
      const direction = Float64Array.from(theta, (v) => 0.1 * v * random.normal());
      const [long, short] = [0.02, 0.01].map((size) => {
        const straight = direction.map((v) => size * v);
        const bent = straight.slice();
        bend.follow(bent);
        return { bent: bentAway(bent, straight), unbent: bentAway(straight, straight) };
      });
      expect(long!.unbent / short!.unbent).toBeCloseTo(4, 0);
      expect(long!.bent / short!.bent).toBeGreaterThan(6);
    }
  });
  test("its curvature is that of a linear function followed along it", () => {
    const gradient = Float64Array.of(0.3, -0.2, 0.5, 1, -0.7);
    const hessian = new Float64Array(25);
    bend.addCurvature(gradient, hessian);
    const along = (...moves: readonly (readonly [number, number])[]) => {
      const step = new Float64Array(5);
      for (const [k, h] of moves) step[k]! += h;
      bend.follow(step);
      return step.reduce((sum, v, k) => sum + v * gradient[k]!, 0);
    };
    const h = 1e-4;
    for (let p = 0; p < 5; p++) {
      for (let q = 0; q < 5; q++) {
        const second =
          (along([p, h], [q, h]) - along([p, h], [q, -h]) - along([p, -h], [q, h]) + along([p, -h], [q, -h])) /
          (4 * h * h);
        expect(Math.abs(hessian[p * 5 + q]! - second)).toBeLessThan(1e-4 * (1 + Math.abs(second)));
      }
    }
  });
});

test("of many rows in a periodic order, the search in a sample ends where the search in all of them does", () => {
  const random = createRandom(7);
  const records = Array.from({ length: 9000 }, (_, i): RunRecord => {
    const parameters = 1e4 * 1.4 ** (i % 15);
    const tokens = 1e5 * 1.4 ** (Math.floor(i / 15) % 12);
    const law = truth.E + truth.A * parameters ** -truth.alpha + truth.B * tokens ** -truth.beta;
    return {
      id: `${i}`,
      parameters,
      tokens,
      flops: 6 * parameters * tokens,
      loss: law * Math.exp(0.01 * random.normal()),
    };
  });
  const problem = parametricProblem(records, setting());
  const [found] = searchMinima(problem);
  const [start] = projectedStarts(problem.data, problem.model, 1);
  const { value } = problem.descend(start!);
  expect(found!.value / value - 1).toBeLessThan(1e-9);
  expect(found!.starts).toBe(16);
});
