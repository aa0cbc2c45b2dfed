import { describe, expect, test } from "vitest";
import { IsoflopError } from "../error.js";
import { chinchilla } from "../laws/chinchilla.js";
import { ROW } from "../numerics/huberSums.js";
import { createRandom } from "../numerics/random.js";
import type { RunRecord } from "../record.js";
import { fitParametric } from "./parametric.js";
import { parametricProblem, searchMinima } from "./parametricFit.js";
import { addResidualCurvature, linearise, newLinearisation, rowsNear, rowsOf } from "./parametricObjective.js";
import { createRefit } from "./parametricRefits.js";
import { syntheticStudy } from "./synthetic.js";

const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
const budgets = [3e9, 1e10, 3e10, 1e11, 3e11];
const study = (seed: number, noise = 0.003, extra = {}) =>
  syntheticStudy({ truth, budgets, sizes: 7, width: 16, noise, random: createRandom(seed), ...extra });
const codes = (fit: { warnings: readonly { code: string }[] }) => fit.warnings.map((w) => w.code);
const codeOf = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    if (error instanceof IsoflopError) return error.code;
    throw error;
  }
  return "no error";
};
const relative = (found: number, expected: number) => Math.abs(found / expected - 1);
const setting = (loss: "huber" | "lad" | "mse" = "huber") => ({ loss, delta: 1e-3, fixed: {}, tied: false });

describe("the objective", () => {
  const problem = parametricProblem(study(1, 0.01), setting());
  const { rows } = problem;
  const theta = Float64Array.of(0.21, 0.33, 0.45, 0.36, 0.31);
  const valueAt = (x: Float64Array, delta: number) => linearise(rows, x, delta, newLinearisation(rows.count));
  test("residuals' gradients are their finite differences", () => {
    const at = newLinearisation(rows.count);
    linearise(rows, theta, 1e-3, at);
    for (let k = 0; k < 5; k++) {
      const [up, down] = [1e-6, -1e-6].map((h) => {
        const x = theta.slice();
        x[k]! += h;
        const out = newLinearisation(rows.count);
        linearise(rows, x, 1e-3, out);
        return out.cells;
      });
      for (let o = 0; o < rows.count * ROW; o += ROW) {
        expect(at.cells[o + 1 + k]).toBeCloseTo((up![o]! - down![o]!) / 2e-6, 7);
      }
    }
  });
  test("its Hessian is J'J, less its share by r, plus the predictions' curvature (least squares)", () => {
    const at = newLinearisation(rows.count);
    linearise(rows, theta, Number.POSITIVE_INFINITY, at);
    const curvature = new Float64Array(25);
    addResidualCurvature(rows, at, curvature);
    const shifted = (k: number, a: number, j: number, b: number) => {
      const x = theta.slice();
      x[k]! += a;
      x[j]! += b;
      return valueAt(x, Number.POSITIVE_INFINITY);
    };
    const h = 1e-4;
    for (let k = 0; k < 5; k++) {
      for (let j = 0; j < 5; j++) {
        let exact = curvature[k * 5 + j]!;
        for (let o = 1; o < rows.count * ROW; o += ROW) {
          exact += (1 - at.cells[o - 1]!) * at.cells[o + k]! * at.cells[o + j]!;
        }
        const numeric =
          (shifted(k, h, j, h) - shifted(k, h, j, -h) - shifted(k, -h, j, h) + shifted(k, -h, j, -h)) / (4 * h * h);
        expect(Math.abs(exact - numeric)).toBeLessThan(1e-4 * (1 + Math.abs(exact)));
      }
    }
  });
  test("near a known point the short series give the same to rounding", () => {
    const near = rowsNear(rows, 0.35, 0.34);
    // Within the series' reach, and beyond it.
    for (const x of [theta, Float64Array.of(0.2, 0.3, 0.5, 0.9, 0.9)]) {
      const [plain, short] = [newLinearisation(rows.count), newLinearisation(rows.count)];
      const [p, q] = [linearise(rows, x, 1e-3, plain), linearise(near, x, 1e-3, short)];
      expect(relative(p, q)).toBeLessThan(1e-13);
      for (let o = 0; o < rows.count * ROW; o += ROW) {
        expect(Math.abs(plain.cells[o]! - short.cells[o]!)).toBeLessThan(3e-15);
        for (let k = o + 1; k <= o + 5; k++) {
          expect(Math.abs(plain.cells[k]! - short.cells[k]!)).toBeLessThan(2e-14 * (1 + Math.abs(plain.cells[k]!)));
        }
      }
    }
  });
});

/** Nelder & Mead's simplex, restarted: slow, and nothing in common with the engine. */
function simplex(f: (x: readonly number[]) => number, start: readonly number[]): number {
  let best = [...start];
  for (let restart = 0; restart < 4; restart++) {
    let points = [best, ...best.map((_, k) => best.map((v, i) => (i === k ? v * 1.05 + 1e-3 : v)))].map((x) => ({
      x,
      y: f(x),
    }));
    for (let step = 0; step < 700; step++) {
      points = points.sort((p, q) => p.y - q.y);
      const worst = points.at(-1)!;
      const centre = best.map((_, i) => points.slice(0, -1).reduce((sum, p) => sum + p.x[i]!, 0) / best.length);
      const along = (t: number) => {
        const x = centre.map((c, i) => c + t * (worst.x[i]! - c));
        return { x, y: f(x) };
      };
      const reflected = along(-1);
      const candidate =
        reflected.y < points[0]!.y ? along(-2) : reflected.y < points.at(-2)!.y ? reflected : along(0.5);
      const chosen = candidate.y < reflected.y ? candidate : reflected;
      if (chosen.y < worst.y) points[points.length - 1] = chosen;
      else {
        const [top] = points;
        points = points.map(({ x }) => {
          const y = x.map((v, i) => top!.x[i]! + 0.5 * (v - top!.x[i]!));
          return { x: y, y: f(y) };
        });
      }
    }
    best = points.sort((p, q) => p.y - q.y)[0]!.x;
  }
  return f(best);
}

describe("the engine", () => {
  test("50 refits of resamples: an independent minimiser finds nothing lower", () => {
    const problem = parametricProblem(study(2, 0.006), setting());
    const best = searchMinima(problem)[0]!;
    const refit = createRefit(problem.data, best.theta, problem.model, problem.delta);
    const random = createRandom(8);
    const counts = new Float64Array(35);
    const at = newLinearisation(35);
    const value = (x: ArrayLike<number>) => linearise(rowsOf(problem.data, counts), x, problem.delta, at);
    let close = 0;
    for (let k = 0; k < 50; k++) {
      counts.fill(0);
      for (let i = 0; i < 35; i++) counts[random.integer(35)]!++;
      const ours = value(refit(counts, new Float64Array(35))!);
      const inside = (x: readonly number[]) => (x.every((v, i) => v > (i < 3 ? 0 : 0.01)) ? value(x) : 1);
      const other = simplex(inside, Array.from(best.theta));
      expect(ours / other - 1, `resample ${k}`).toBeLessThan(1e-9);
      if (other / ours - 1 < 1e-3) close++;
    }
    // The simplex is no straw man: mostly it comes near.
    expect(close).toBeGreaterThan(35);
  });
  test.each(["huber", "lad", "mse"] as const)(
    "the grid of 4,500 starts finds nothing lower than the default (%s)",
    (loss) => {
      const records = study(3, 0.01);
      const grid = fitParametric(records, { loss, starts: "hoffmann-grid", resamples: 0 });
      const projected = fitParametric(records, { loss, resamples: 0 });
      expect(grid.diagnostics.starts).toBe(4500);
      expect(grid.basins.reduce((sum, basin) => sum + basin.starts, 0)).toBe(4500);
      expect(Math.abs(grid.objective / projected.objective - 1)).toBeLessThan(1e-9);
      expect(grid.basins[0]!.objective / grid.objective).toBeCloseTo(1, 6);
    },
  );
  test("second basins are listed with their starts, and warned of", () => {
    const records = syntheticStudy({
      truth,
      budgets: budgets.slice(0, 4),
      sizes: 5,
      width: 16,
      noise: 0.01,
      random: createRandom(20),
    });
    const fit = fitParametric(records, { resamples: 0 });
    expect(fit.basins.length).toBeGreaterThan(1);
    expect(codes(fit)).toContain("second-basin");
    expect(fit.basins[0]!.objective).toBeLessThan(fit.basins[1]!.objective);
    // Each is a minimum: a descent from its own constants stays.
    for (const { parameters, objective } of fit.basins) {
      const around = fitParametric(records, {
        resamples: 0,
        fixed: { alpha: parameters.alpha, beta: parameters.beta },
      });
      expect(relative(around.objective, objective)).toBeLessThan(1e-6);
      for (const factor of [0.99, 1.01]) {
        const fixed = { alpha: parameters.alpha * factor, beta: parameters.beta };
        expect(fitParametric(records, { resamples: 0, fixed }).objective).toBeGreaterThan(objective * (1 - 1e-9));
      }
    }
  });
  test.each([1e3, 1e15])("N and D of about %s change nothing", (scale) => {
    const records = study(4).map((r) => ({
      ...r,
      parameters: (r.parameters * scale) / 1e5,
      tokens: (r.tokens * scale) / 1e5,
    }));
    const fit = fitParametric(records, { resamples: 0 });
    const plain = fitParametric(study(4), { resamples: 0 });
    expect(relative(fit.objective, plain.objective)).toBeLessThan(1e-9);
    expect(relative(fit.parameters.alpha, plain.parameters.alpha)).toBeLessThan(1e-6);
    expect(relative(fit.parameters.E, plain.parameters.E)).toBeLessThan(1e-6);
  });
  test("duplicated points are one point of twice the weight, and are warned of", () => {
    const fit = fitParametric([...study(5), ...study(5)], { resamples: 0 });
    expect(relative(fit.parameters.alpha, fitParametric(study(5), { resamples: 0 }).parameters.alpha)).toBeLessThan(
      1e-7,
    );
    expect(codes(fit)).toContain("duplicate-runs");
  });
  test("a term that the runs do not have vanishes, and is said to", () => {
    const records = study(6, 0.002).map((r, i) => {
      const noise = Math.exp(0.002 * Math.sin(12.9898 * i));
      return { ...r, loss: (1.2 + 60 * r.tokens ** -0.33) * noise };
    });
    const fit = fitParametric(records, { resamples: 50 });
    expect(fit.parameters.A * records[0]!.parameters ** -fit.parameters.alpha).toBeLessThan(0.05);
    expect(Object.values(fit.parameters).every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(fit.exponents.a)).toBe(true);
  });
  test("as few runs as parameters are refused, one more is fitted with a warning", () => {
    const records = study(7);
    const some = [0, 6, 13, 20, 24, 34].map((i) => records[i]!);
    expect(codeOf(() => fitParametric(some.slice(0, 5)))).toBe("too-few-records");
    const fit = fitParametric(some, { resamples: 30 });
    expect(codes(fit)).toContain("few-points");
    expect(Object.values(fit.parameters).every(Number.isFinite)).toBe(true);
    expect(fitParametric(some.slice(0, 5), { tied: true, resamples: 0 }).diagnostics.freeParameters).toBe(4);
  });
  test("many points are no trouble: 30,000 with noise, close to the truth", () => {
    const random = createRandom(1);
    const records = Array.from({ length: 30_000 }, (_, i): RunRecord => {
      const parameters = 1e4 * 100 ** random.uniform();
      const tokens = 1e5 * 100 ** random.uniform();
      const loss = chinchilla.loss(truth, parameters, tokens) * Math.exp(0.005 * random.normal());
      return { id: `${i}`, parameters, tokens, flops: 6 * parameters * tokens, loss };
    });
    const fit = fitParametric(records, { resamples: 0, starts: 1 });
    expect(relative(fit.parameters.alpha, truth.alpha)).toBeLessThan(0.01);
    expect(relative(fit.parameters.E, truth.E)).toBeLessThan(0.01);
  });
});
