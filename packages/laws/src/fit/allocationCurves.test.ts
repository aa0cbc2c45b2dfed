import { describe, expect, test } from "vitest";
import { createRandom } from "../numerics/random.js";
import { studentT975 } from "../numerics/studentT.js";
import { measureCoverage } from "../uncertainty/coverage.js";
import { isoflopCurves, kaplanComputeCurves } from "./allocationCurves.js";
import { fitIsoflop } from "./isoflop.js";
import { fitKaplan } from "./kaplan.js";
import { likelihoodCurves } from "./likelihoodCurves.js";
import { lossFrontierCurves } from "./lossFrontierCurves.js";
import { fitLossFrontier } from "./lossFrontierFit.js";
import { fitPowerLaw } from "./powerLawFit.js";
import { syntheticStudy } from "./synthetic.js";

const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
const a = truth.beta / (truth.alpha + truth.beta);
const budgets = [3e9, 1e10, 3e10, 1e11, 3e11];
const study = (noise: number, seed: number, over = budgets) =>
  syntheticStudy({ truth, budgets: over, sizes: 7, width: 9, noise, random: createRandom(seed) });

describe("profiles of Approach 2", () => {
  test.each(["vertex", "equal"] as const)("are of the fit's own law, its minima weighing as there: %s", (weights) => {
    const fit = fitIsoflop(study(0.004, 1), { resamples: 0, weights });
    const curves = isoflopCurves(fit, { flops: 1e13 });
    expect(Object.keys(curves)).toEqual(["a", "kN", "N_opt", "E", "gamma", "L_opt"]);
    const { kN, E, k, gamma } = fit.parameters;
    expect(curves.a!.estimate / fit.parameters.a).toBeCloseTo(1, 11);
    expect(curves.kN!.estimate / kN).toBeCloseTo(1, 8);
    expect(curves.N_opt!.estimate / (kN * 1e13 ** fit.parameters.a)).toBeCloseTo(1, 10);
    expect(curves.L_opt!.estimate).toBeCloseTo(E + k * 1e13 ** -gamma, 12);
    for (const [name, { points, interval, level, open }] of Object.entries(curves)) {
      if (open.length > 0) continue;
      for (const { value, rise } of points) {
        const inside = value > interval[0] && value < interval[1];
        expect(rise <= level * (1 + 1e-6), `${name} ${value}`).toBe(inside || Math.abs(rise / level - 1) < 1e-6);
      }
    }
  });

  test("weigh medians under seed noise by what the fit weighed them by", () => {
    const noise = [{ loss: 3, sd: 0.004 }];
    const fit = fitIsoflop(study(0.004, 1), { resamples: 60, curve: "akima", noise, random: createRandom(3) });
    expect(fit.diagnostics.bootstrapOver).toBe("noise");
    expect(isoflopCurves(fit).a!.estimate / fit.parameters.a).toBeCloseTo(1, 11);
  });

  test("give Student's interval of the exponent", () => {
    const fit = fitIsoflop(study(0.004, 2), { resamples: 0, weights: "equal" });
    const minima = fit.profiles.flatMap((p) => (p.status === "used" && p.vertex ? [p.vertex] : []));
    const logC = minima.map((v) => Math.log(v.flops));
    const centre = logC.reduce((sum, v) => sum + v, 0) / logC.length;
    const spread = logC.reduce((sum, v) => sum + (v - centre) ** 2, 0);
    const squares = fit.residuals.reduce((sum, r) => sum + r.logParameters ** 2, 0);
    const half = studentT975(3) * Math.sqrt(squares / 3 / spread);
    const { interval } = isoflopCurves(fit).a!;
    expect((interval[1] - interval[0]) / 2 / half).toBeCloseTo(1, 10);
  });

  test("of the frontier tell what a law with that E, gamma or loss costs at the least", () => {
    const fit = fitIsoflop(study(0.004, 1), { resamples: 0 });
    const minima = fit.profiles.flatMap((p) => (p.status === "used" && p.vertex ? [p.vertex] : []));
    const curves = isoflopCurves(fit, { flops: 1e12 });
    const cost = (E: number, k: number, gamma: number) =>
      minima.reduce((sum, v) => sum + ((E + k * v.flops ** -gamma) / v.loss - 1) ** 2, 0);
    const least = cost(fit.parameters.E, fit.parameters.k, fit.parameters.gamma);
    const logs = Array.from({ length: 4000 }, (_, i) => Math.log(0.005) + (Math.log(1.5 / 0.005) * i) / 3999);
    // By brute force: gamma on a fine grid, and k by least squares.
    const search = (E: (k: number, gamma: number) => number, at: (gamma: number) => number, q: number) =>
      Math.min(
        ...logs.map((log) => {
          const gamma = Math.exp(log);
          const d = minima.map((v) => (v.flops ** -gamma - at(gamma)) / v.loss);
          const k =
            d.reduce((sum, v, i) => sum + v * (1 - q / minima[i]!.loss), 0) / d.reduce((sum, v) => sum + v * v, 0);
          return E(k, gamma) < 0 ? Number.POSITIVE_INFINITY : cost(E(k, gamma), k, gamma);
        }),
      );
    for (const { value, rise } of curves.E!.points) {
      const found =
        search(
          () => value,
          () => 0,
          value,
        ) - least;
      expect(Math.abs(found - rise), `E ${value}`).toBeLessThan(2e-3 * curves.E!.level);
    }
    for (const { value, rise } of curves.L_opt!.points) {
      const at = (gamma: number) => 1e12 ** -gamma;
      const found = search((k, gamma) => value - k * at(gamma), at, value) - least;
      expect(Math.abs(found - rise), `L ${value}`).toBeLessThan(2e-3 * curves.L_opt!.level);
    }
  });

  test("hold the planted exponent and N_opt in a simulation, from as few minima as there are", () => {
    const { coverage } = measureCoverage(
      {
        truth: { a, N_opt: 0 },
        intervals(random) {
          const records = syntheticStudy({ truth, budgets, sizes: 7, width: 9, noise: 0.004, random });
          const curves = isoflopCurves(fitIsoflop(records, { resamples: 0 }), { flops: 3e12 });
          const centre = Math.log(
            ((truth.alpha * truth.A) / (truth.beta * truth.B)) ** (1 / (truth.alpha + truth.beta)) * (3e12 / 6) ** a,
          );
          const [low, high] = curves.N_opt!.interval;
          return { a: curves.a!.interval, N_opt: [Math.log(low) - centre, Math.log(high) - centre] };
        },
      },
      { studies: 400, seed: 100 },
    );
    // Binomial(400, 0.95) leaves 367 to 391 with probability 1 %; a parabola's own bias is a tenth of an interval here.
    for (const { inside, quantity } of coverage) {
      expect(inside, quantity).toBeGreaterThanOrEqual(364);
      expect(inside, quantity).toBeLessThanOrEqual(393);
    }
  });

  test("of a planted study without noise are as narrow as its parabolas are wrong", () => {
    const { interval } = isoflopCurves(fitIsoflop(study(0, 1), { resamples: 0 })).a!;
    expect(interval[1] - interval[0]).toBeLessThan(0.004);
    expect((interval[0] + interval[1]) / 2).toBeCloseTo(a, 2);
  });

  test("are refused where two minima leave nothing over", () => {
    const fit = fitIsoflop(study(0.004, 1, [1e10, 1e11]), { resamples: 0 });
    expect(() => isoflopCurves(fit)).toThrow(/through its 2 minima exactly/);
  });
});

describe("profiles of Kaplan's L(C)", () => {
  test("are of the line through its frontier", () => {
    const [fit] = fitKaplan(study(0.004, 3), { resamples: 0 });
    const { Cc, alphaC } = kaplanComputeCurves(fit);
    expect(alphaC!.estimate / fit.parameters.alphaC).toBeCloseTo(1, 11);
    expect(Math.log(Cc!.estimate / fit.parameters.Cc)).toBeCloseTo(0, 7);
    // The line with ln Cc held passes through (ln Cc, 0): its slope in closed form.
    const points = fit.frontier.map((p) => [Math.log(p.flops), Math.log(p.loss)] as const);
    const cost = (zero: number) => {
      const slope =
        points.reduce((sum, [x, y]) => sum + (x - zero) * y, 0) / points.reduce((sum, [x]) => sum + (x - zero) ** 2, 0);
      return points.reduce((sum, [x, y]) => sum + (y - slope * (x - zero)) ** 2, 0);
    };
    for (const { value, rise } of Cc!.points)
      expect(Math.abs(cost(Math.log(value)) - fit.objective - rise)).toBeLessThan(1e-6 * Cc!.level);
    const line = fitPowerLaw(
      points.map(([x]) => x),
      points.map(([, y]) => y),
    );
    expect(-(line?.exponent ?? 0)).toBeCloseTo(alphaC!.estimate, 12);
  });

  test("stay numbers where the loss hardly falls, and survive JSON", () => {
    const frontier = [3.001, 3, 3.0005, 2.9995].map((loss, i) => ({ flops: 1e18 * 10 ** i, loss }));
    const curves = kaplanComputeCurves({ frontier } as unknown as Parameters<typeof kaplanComputeCurves>[0]);
    expect(curves.Cc?.open).toEqual(["high"]);
    expect(curves.Cc?.estimate).toBeGreaterThan(1e200);
    expect(JSON.parse(JSON.stringify(curves))).toEqual(curves);
  });
});

test("Approach 1 has no likelihood, and says why", () => {
  const records = syntheticStudy({ truth, budgets, sizes: 5, width: 9, curvePoints: 30 });
  const fit = { law: "envelope-power-law", envelope: [] } as unknown as Parameters<typeof likelihoodCurves>[0];
  expect(() => likelihoodCurves(fit, records)).toThrow(/no likelihood.*do not err independently/);
});

test("a frontier has no E to profile where nothing is left over by it", () => {
  for (const [flops, losses] of [
    [
      [1e10, 1e11],
      [3, 2.5],
    ],
    [
      [1e10, 1e11, 1e12],
      [3, 2.5, 2.2],
    ],
  ] as const) {
    const fit = fitLossFrontier(flops, losses);
    if (fit === undefined) throw new Error("no frontier");
    expect(lossFrontierCurves(flops, losses, fit, { flops: 1e13 })).toEqual({});
  }
});
