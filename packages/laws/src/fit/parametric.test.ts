import { describe, expect, test } from "vitest";
import { IsoflopError } from "../error.js";
import { chinchilla, chinchillaExponents } from "../laws/chinchilla.js";
import { createRandom } from "../numerics/random.js";
import type { RunRecord } from "../record.js";
import { objectiveAt95 } from "../uncertainty/likelihood.js";
import { fitKaplan } from "./kaplan.js";
import { fitParametric, type ParametricOptions } from "./parametric.js";
import { parametricProblem, searchMinima } from "./parametricFit.js";
import { linearise, newLinearisation, residualCurvature } from "./parametricObjective.js";
import { profileForecast } from "./parametricProfile.js";
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
  const valueAt = (x: Float64Array, delta: number) =>
    linearise(rows, x, delta, newLinearisation(rows.count, rows.weight));
  test("residuals' gradients are their finite differences", () => {
    const at = newLinearisation(rows.count, rows.weight);
    linearise(rows, theta, 1e-3, at);
    for (let k = 0; k < 5; k++) {
      const [up, down] = [1e-6, -1e-6].map((h) => {
        const x = theta.slice();
        x[k]! += h;
        const out = newLinearisation(rows.count, rows.weight);
        linearise(rows, x, 1e-3, out);
        return out.residual;
      });
      for (let i = 0; i < rows.count; i++) expect(at.columns[k]![i]).toBeCloseTo((up![i]! - down![i]!) / 2e-6, 7);
    }
  });
  test("its Hessian is J'J plus the residuals' curvature (least squares)", () => {
    const at = newLinearisation(rows.count, rows.weight);
    linearise(rows, theta, Number.POSITIVE_INFINITY, at);
    const curvature = new Float64Array(25);
    residualCurvature(rows, at, Number.POSITIVE_INFINITY, curvature);
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
        for (let i = 0; i < rows.count; i++) exact += at.columns[k]![i]! * at.columns[j]![i]!;
        const numeric =
          (shifted(k, h, j, h) - shifted(k, h, j, -h) - shifted(k, -h, j, h) + shifted(k, -h, j, -h)) / (4 * h * h);
        expect(Math.abs(exact - numeric)).toBeLessThan(1e-4 * (1 + Math.abs(exact)));
      }
    }
  });
  test("near a known point the short series give the same to rounding", () => {
    const near = {
      alpha: 0.35,
      beta: 0.34,
      reachN: Math.max(...rows.logN.map(Math.abs)),
      reachD: Math.max(...rows.logD.map(Math.abs)),
      model: rows.logN.map((n) => Math.exp(-0.35 * n)),
      tokens: rows.logD.map((d) => Math.exp(-0.34 * d)),
      inverseLoss: rows.logLoss.map((v) => Math.exp(-v)),
    };
    // Within the series' reach, and beyond it.
    for (const x of [theta, Float64Array.of(0.2, 0.3, 0.5, 0.9, 0.9)]) {
      const [plain, short] = [newLinearisation(rows.count, rows.weight), newLinearisation(rows.count, rows.weight)];
      const [p, q] = [linearise(rows, x, 1e-3, plain), linearise({ ...rows, near }, x, 1e-3, short)];
      expect(relative(p, q)).toBeLessThan(1e-13);
      for (let i = 0; i < rows.count; i++) {
        expect(Math.abs(plain.residual[i]! - short.residual[i]!)).toBeLessThan(3e-15);
        for (let k = 0; k < 5; k++) {
          expect(Math.abs(plain.columns[k]![i]! - short.columns[k]![i]!)).toBeLessThan(
            2e-14 * (1 + Math.abs(plain.columns[k]![i]!)),
          );
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
    const rows = { ...problem.rows, weight: counts };
    const at = newLinearisation(35, counts);
    const value = (x: ArrayLike<number>) => linearise(rows, x, problem.delta, at);
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
  }, 20_000);
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

describe("parameters held", () => {
  test("tied exponents are equal, cost some of the objective, and leave no interval of a", () => {
    const records = study(8);
    const fit = fitParametric(records, { tied: true, resamples: 50 });
    expect(fit.parameters.alpha).toBe(fit.parameters.beta);
    expect(fit.exponents.a).toBe(0.5);
    expect(fit.objective).toBeGreaterThan(fitParametric(records, { resamples: 0 }).objective);
    expect(fit.intervals95.a).toBeUndefined();
    expect(fit.intervals95.alpha).toBeDefined();
    expect(fit.diagnostics.tied).toBe("alpha = beta");
    const equal = { ...truth, beta: truth.alpha };
    const exact = syntheticStudy({ truth: equal, budgets, sizes: 7, width: 16 });
    const found = fitParametric(exact, { tied: true, resamples: 0 }).parameters;
    for (const [name, value] of Object.entries(equal)) {
      expect(relative(found[name as keyof typeof equal], value), name).toBeLessThan(1e-6);
    }
  });
  test.each([
    { alpha: truth.alpha },
    { A: truth.A },
    { B: truth.B, E: truth.E },
    { alpha: truth.alpha, beta: truth.beta },
    { A: truth.A, B: truth.B, E: truth.E },
    { E: 0 },
  ] as const)("fixed %o stay to the last digit, and the others are the best there are", (fixed) => {
    const free = fitParametric(study(9), { resamples: 0 });
    const fit = fitParametric(study(9), { fixed, resamples: 40, profile: true });
    for (const [name, value] of Object.entries(fixed)) {
      expect(fit.parameters[name as keyof typeof truth]).toBe(value);
      expect(fit.standardErrors[name]).toBeUndefined();
      expect(fit.intervals95[name]).toBeUndefined();
      expect(fit.profile95![name]).toBeUndefined();
      expect(fit.diagnostics.held).toContain(name);
    }
    expect(fit.objective).toBeGreaterThan(free.objective * (1 - 1e-12));
    if (fixed.E !== 0) {
      const exact = fitParametric(study(9, 0), { fixed, resamples: 0 });
      for (const [name, value] of Object.entries(truth)) {
        expect(relative(exact.parameters[name as keyof typeof truth], value), name).toBeLessThan(1e-6);
      }
    }
  });
  test("holding a parameter at its own best value changes nothing", () => {
    const free = fitParametric(study(9), { resamples: 0 });
    for (const name of ["A", "B", "E", "alpha", "beta"] as const) {
      const fit = fitParametric(study(9), { resamples: 0, fixed: { [name]: free.parameters[name] } });
      expect(relative(fit.objective, free.objective), name).toBeLessThan(1e-9);
    }
  });
  test("nonsense is refused", () => {
    const refuse = (options: ParametricOptions) => codeOf(() => fitParametric(study(9), options));
    expect(refuse({ fixed: { alpha: -1 } })).toBe("bad-fixed");
    expect(refuse({ fixed: { E: -0.1 } })).toBe("bad-fixed");
    expect(refuse({ tied: true, fixed: { alpha: 0.3, beta: 0.4 } })).toBe("bad-fixed");
    expect(refuse({ fixed: truth })).toBe("nothing-to-fit");
    expect(refuse({ delta: 0 })).toBe("bad-delta");
    expect(refuse({ starts: 0 })).toBe("bad-option");
    expect(refuse({ fixed: { gamma: 1 } as Record<string, number> })).toBe("bad-fixed");
  });
});

describe("profile likelihood", () => {
  test.each(["huber", "lad", "mse"] as const)(
    "refits with a parameter held at either end reach the 95 %% limit (%s)",
    (loss) => {
      const records = study(10, 0.004);
      const fit = fitParametric(records, { loss, profile: true, resamples: 0 });
      const scale = loss === "huber" ? 1 : records.length;
      const limit = objectiveAt95(loss, 1e-3, fit.objective * scale, records.length);
      for (const name of ["E", "A", "B", "alpha", "beta"] as const) {
        const { interval, open } = fit.profile95![name]!;
        expect(open, name).toEqual([]);
        expect(interval[0]).toBeLessThan(fit.parameters[name]);
        expect(interval[1]).toBeGreaterThan(fit.parameters[name]);
        for (const end of interval) {
          const held = fitParametric(records, { loss, resamples: 0, fixed: { [name]: end } });
          expect(relative(held.objective * scale, limit), `${name} = ${end}`).toBeLessThan(2e-3);
        }
      }
    },
  );
  test("with little noise its intervals are those of the information matrix, and so are a forecast's", () => {
    const records = study(11, 1e-4, { sizes: 30 });
    const noise = [
      { loss: 1, sd: 1e-4 },
      { loss: 10, sd: 1e-3 },
    ];
    const fit = fitParametric(records, { loss: "mse", profile: true, resamples: 1000, over: "noise", noise });
    for (const name of ["E", "A", "B", "alpha", "beta", "a"]) {
      const [low, high] = fit.profile95![name]!.interval;
      const half = (high - low) / 2;
      expect(half / (1.96 * fit.standardErrors[name]!), name).toBeGreaterThan(0.85);
      expect(half / (1.96 * fit.standardErrors[name]!), name).toBeLessThan(1.15);
    }
    const forecast = profileForecast(fit, records, 1e13);
    const optimum = chinchilla.optimum(truth, 1e13);
    for (const name of ["parameters", "tokens", "loss"] as const) {
      const { interval, open } = forecast[name];
      expect(open).toEqual([]);
      const best = chinchilla.optimum(fit.parameters, 1e13)[name]!;
      expect(interval[0]).toBeLessThan(best);
      expect(interval[1]).toBeGreaterThan(best);
      expect(Math.abs(Math.log(interval[1] / interval[0]))).toBeLessThan(0.1);
      expect(Math.abs(optimum[name]! / best - 1)).toBeLessThan(0.02);
    }
  });
  test("an end that no data stop is open, and says so", () => {
    const bare = syntheticStudy({
      truth: { ...truth, E: 0.05 },
      budgets,
      sizes: 7,
      width: 16,
      noise: 0.02,
      random: createRandom(4),
    });
    const fit = fitParametric(bare, { profile: true, resamples: 0, loss: "mse" });
    const { interval, open } = fit.profile95!.E!;
    expect(open).toContain("low");
    expect(interval[0]).toBeLessThan(1e-3);
    expect(interval[1]).toBeGreaterThan(fit.parameters.E);
  });
  test("95 % intervals of a hold the truth in most of 60 studies (least squares, normal noise)", () => {
    const { a } = chinchillaExponents(truth);
    let held = 0;
    for (let seed = 100; seed < 160; seed++) {
      const fit = fitParametric(study(seed, 0.004), { loss: "mse", profile: true, resamples: 0, starts: 2 });
      const [low, high] = fit.profile95!.a!.interval;
      if (low <= a && a <= high) held++;
    }
    // Binomial(60, 0.93) is below 50 with probability 0.3 %; with 35 runs the chi-square is a little short.
    expect(held).toBeGreaterThanOrEqual(50);
  });
});

describe("diagnostics", () => {
  test("a stationary point is seen as one, and projected variables are far better conditioned than raw ones", () => {
    const fit = fitParametric(study(12), { resamples: 0 });
    const d = fit.diagnostics as Record<string, number>;
    expect(d.relativeGradient).toBeLessThan(1e-6);
    expect(d.conditionNumberRaw!).toBeGreaterThan(1e7);
    expect(d.conditionNumber!).toBeLessThan(1e5);
    expect(d.conditionNumberProjected!).toBeLessThan(20);
    expect(JSON.parse(JSON.stringify(fit))).toEqual(fit);
  });
  test("runs that leave a combination of parameters free are ill-conditioned", () => {
    const narrow = study(13, 0.001).map((r, i) => {
      const parameters = 1e5 * 1.02 ** (i % 7);
      const tokens = 1e6 * 1.02 ** Math.floor(i / 7);
      const loss = chinchilla.loss(truth, parameters, tokens) * (1 + 1e-4 * Math.sin(7 * i));
      return { id: r.id, parameters, tokens, flops: 6 * parameters * tokens, loss };
    });
    expect(codes(fitParametric(narrow, { resamples: 0 }))).toContain("ill-conditioned");
    expect(codes(fitKaplan(narrow, { resamples: 0 })[1])).toContain("ill-conditioned");
  });
  test("a smallest budget of another law is noticed, one of the same law is not", () => {
    const odd = study(14, 0.001).map((r) =>
      r.budget === 3e9 ? { ...r, loss: r.loss * (1 + 0.04 * Math.log(r.parameters / 3e4)) } : r,
    );
    expect(codes(fitParametric(odd, { resamples: 200, loss: "mse" }))).toContain("budget-sensitive");
    let alarms = 0;
    for (let seed = 20; seed < 40; seed++) {
      if (codes(fitParametric(study(seed), { resamples: 60, starts: 2 })).includes("budget-sensitive")) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(5);
  });
  test("outliers that sway the exponents are noticed by a change of delta", () => {
    const swayed = study(14, 0.001).map((r) =>
      r.budget === 3e9 ? { ...r, loss: r.loss * (1 + 0.02 * Math.log(r.parameters / 3e4)) } : r,
    );
    const fit = fitParametric(swayed, { resamples: 200 });
    expect(codes(fit)).toContain("delta-sensitive");
    expect(Math.abs(Number(fit.diagnostics.exponentAtTenfoldDelta) - fit.exponents.a)).toBeGreaterThan(
      fit.standardErrors.a!,
    );
    expect(codes(fitParametric(study(15, 0.002), { resamples: 200 }))).not.toContain("delta-sensitive");
  });
});
