import { describe, expect, test } from "vitest";
import { IsoflopError } from "../error.js";
import { forecast } from "../forecast/forecast.js";
import { chinchilla, chinchillaExponents } from "../laws/chinchilla.js";
import { kaplanModelData } from "../laws/kaplanModelData.js";
import { createRandom } from "../numerics/random.js";
import type { RunRecord } from "../record.js";
import { groupByBudget } from "./budgets.js";
import { fitEnvelope } from "./envelope.js";
import { fitIsoflop } from "./isoflop.js";
import { fitKaplan } from "./kaplan.js";
import { fitLossFrontier } from "./lossFrontierFit.js";
import { fitParametric } from "./parametric.js";
import { syntheticStudy } from "./synthetic.js";

/** The scale of a study on a laptop: N 1e4 to 1e6, D 4e4 to 4e6, losses 2.3 to 4.2. */
const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
const budgets = [3e9, 1e10, 3e10, 1e11, 3e11];
const exact = (extra = {}) => syntheticStudy({ truth, budgets, sizes: 7, width: 16, ...extra });
const noisy = (seed: number, extra = {}) => exact({ noise: 0.003, random: createRandom(seed), ...extra });
const trueExponents = chinchillaExponents(truth);
const within = (interval: readonly [number, number] | undefined, value: number) =>
  interval !== undefined && interval[0] <= value && value <= interval[1];
const codeOf = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    if (error instanceof IsoflopError) return error.code;
    throw error;
  }
  return "no error";
};
const codes = (fit: { warnings: readonly { code: string }[] }) => fit.warnings.map((warning) => warning.code);

describe("Approach 3", () => {
  test.each(["huber", "lad", "mse"] as const)("recovers a planted law from noise-free runs to 1e-6 (%s)", (loss) => {
    const fit = fitParametric(exact(), { loss, resamples: 0 });
    for (const [name, value] of Object.entries(truth)) {
      expect(Math.abs(fit.parameters[name as keyof typeof truth] / value - 1), name).toBeLessThan(1e-6);
    }
    expect(fit.exponents.a).toBeCloseTo(trueExponents.a, 7);
    expect(fit.warnings).toEqual([]);
  });
  test("recovers the planted law at the scale of the paper too", () => {
    const large = { E: 1.8, A: 480, B: 2100, alpha: 0.348, beta: 0.366 };
    const records = syntheticStudy({ truth: large, budgets: [6e18, 3e19, 1e20, 6e20, 3e21], sizes: 7, width: 16 });
    const fit = fitParametric(records, { resamples: 0 });
    for (const [name, value] of Object.entries(large)) {
      expect(Math.abs(fit.parameters[name as keyof typeof large] / value - 1), name).toBeLessThan(1e-6);
    }
  });
  test("intervals from noisy runs contain the truth, and the same seed gives the same fit", () => {
    const fit = fitParametric(noisy(1));
    for (const [name, value] of Object.entries({ ...truth, ...trueExponents })) {
      expect(within(fit.intervals95[name], value), name).toBe(true);
    }
    expect(fitParametric(noisy(1), { random: createRandom(0) })).toEqual(fit);
    expect(fitParametric(noisy(1), { random: createRandom(1) }).intervals95).not.toEqual(fit.intervals95);
  });
  test("stays finite, and warns, where E is at its bound 0", () => {
    const bare = syntheticStudy({
      truth: { ...truth, E: -0.4 },
      budgets,
      sizes: 7,
      width: 16,
      noise: 0.002,
      random: createRandom(4),
    });
    const fit = fitParametric(bare, { resamples: 200 });
    expect(fit.parameters.E).toBe(0);
    expect(codes(fit)).toContain("parameter-at-bound");
    expect(Object.values(fit.parameters).every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(fit.objective)).toBe(true);
    expect(fit.draws.rows.length).toBeGreaterThan(190);
  });
  test("follows the records' own cost where C is not 6ND", () => {
    const records = exact().map((r) => ({ ...r, flops: 11 * r.parameters ** 0.95 * r.tokens }));
    const fit = fitParametric(records, { resamples: 0, convention: { parameters: "total", flops: "hoffmann" } });
    expect(fit.compute.coefficient).toBeCloseTo(11, 6);
    expect(fit.compute.exponent).toBeCloseTo(0.95, 9);
    expect(fit.exponents.a).toBeCloseTo(truth.beta / (truth.alpha + 0.95 * truth.beta), 6);
  });
  test("refuses a single size, and warns where D follows N", () => {
    expect(codeOf(() => fitParametric(exact().map((r) => ({ ...r, parameters: 1e5 }))))).toBe("no-variation");
    const ladder = exact().map((r) => ({ ...r, tokens: 20 * r.parameters, flops: 120 * r.parameters ** 2 }));
    expect(codes(fitParametric(ladder, { resamples: 0 }))).toContain("collinear-design");
  });
  test("warns of mixed conventions and of a narrow range", () => {
    const mixed = exact().map((r, i) => (i % 2 ? { ...r, parameters: r.parameters * 1.3 } : r));
    const convention = { parameters: "total", flops: "6N" } as const;
    expect(codes(fitParametric(mixed, { resamples: 0, convention }))).toContain("mixed-convention");
    const narrow = syntheticStudy({ truth, budgets: [1e10, 3e10], sizes: 5, width: 9 });
    expect(codes(fitParametric(narrow, { resamples: 0 }))).toEqual(["few-points", "narrow-compute-range"]);
  });
});

describe("Approach 2", () => {
  test("finds the planted exponents on symmetric noise-free profiles", () => {
    const fit = fitIsoflop(exact({ width: 4 }), { resamples: 0 });
    expect(fit.profiles.map((p) => p.status)).toEqual(["used", "used", "used", "used", "used"]);
    expect(fit.exponents.a).toBeCloseTo(trueExponents.a, 3);
    expect(fit.exponents.a + fit.exponents.b).toBeCloseTo(1, 9);
    const gamma = (truth.alpha * truth.beta) / (truth.alpha + truth.beta);
    expect(fit.parameters.gamma).toBeCloseTo(gamma, 3);
    expect(fit.parameters.E).toBeCloseTo(truth.E, 2);
  });
  test("intervals from noisy runs contain the true exponents", () => {
    const fit = fitIsoflop(noisy(2, { width: 6 }));
    expect(within(fit.intervals95.a, trueExponents.a)).toBe(true);
    expect(within(fit.intervals95.b, trueExponents.b)).toBe(true);
    expect(fit.intervals95.a![1] - fit.intervals95.a![0]).toBeLessThan(0.1);
  });
  test("never uses a minimum on the edge, nor a parabola without one", () => {
    const optimumAt = (budget: number) => chinchilla.optimum(truth, budget).parameters;
    const cut = exact().filter((r) => r.budget !== 3e11 || r.parameters > optimumAt(3e11) * 1.2);
    const bent = cut.map((r) => (r.budget === 3e9 ? { ...r, loss: 8 - r.loss } : r));
    const fit = fitIsoflop(bent, { resamples: 0 });
    expect(fit.profiles.map((p) => p.status)).toEqual(["non-convex", "used", "used", "used", "edge"]);
    expect(fit.profiles.every((p) => (p.status === "used") === (p.reason === ""))).toBe(true);
    expect(fit.residuals.map((r) => r.budget)).toEqual([1e10, 3e10, 1e11]);
    expect(codes(fit).filter((code) => code === "edge-minimum" || code === "non-convex")).toHaveLength(2);
    const clean = fitIsoflop(
      exact().filter((r) => [1e10, 3e10, 1e11].includes(r.budget!)),
      { resamples: 0 },
    );
    expect(fit.exponents).toEqual(clean.exponents);
  });
  test("an outer size of least loss is an edge even if the parabola dips inside", () => {
    const records = exact().map((r, i) => (i === 6 ? { ...r, loss: 3.5 } : r));
    expect(fitIsoflop(records, { resamples: 0 }).profiles[0]!.status).toBe("edge");
  });
  test("without a budget column, clusters of C keep 1.5e19 and 2.4e19 apart", () => {
    const bare = syntheticStudy({ truth, budgets: [1.5e19, 2.4e19, 1e20], sizes: 5, width: 9 }).map((r, i) => {
      const { budget: _, ...rest } = r;
      return { ...rest, flops: rest.flops * (1 + 0.01 * (i % 3)) };
    });
    const grouping = groupByBudget(bare);
    expect(grouping.kind).toBe("clusters");
    expect(grouping.groups.map((g) => g.members.length)).toEqual([5, 5, 5]);
  });
  test("refuses what has fewer than two minima, and half-named budgets", () => {
    const one = exact().filter((r) => r.budget === 1e10);
    expect(codeOf(() => fitIsoflop(one))).toBe("too-few-minima");
    const half = exact().map((r, i): RunRecord => {
      const { budget, ...rest } = r;
      return i === 3 || budget === undefined ? rest : { ...rest, budget };
    });
    expect(codeOf(() => fitIsoflop(half))).toBe("some-budgets");
    expect(codeOf(() => fitIsoflop(one.slice(0, 3)))).toBe("too-few-records");
    expect(codeOf(() => fitParametric(exact().map((r, i) => (i === 5 ? { ...r, loss: Number.NaN } : r))))).toBe(
      "bad-record",
    );
  });
});

describe("what small or faulty studies must not hide", () => {
  const small = (count: number, sizes: number) =>
    syntheticStudy({
      truth,
      budgets: budgets.slice(0, count),
      sizes,
      width: 8,
      noise: 0.003,
      random: createRandom(6),
    });
  test("three sizes a budget show no noise: Approach 2 has no intervals, and says why", () => {
    const fit = fitIsoflop(small(5, 3));
    expect(fit.diagnostics.noiseDegreesOfFreedom).toBe(0);
    expect(fit.intervals95).toEqual({});
    expect(fit.warnings.find((warning) => warning.code === "no-intervals")?.message).toMatch(/no intervals/);
    expect(forecast(fit, 1e12).predictionInterval95).toBeUndefined();
  });
  test("two minima give exponents with intervals, but no interval of the loss", () => {
    const fit = fitIsoflop(small(2, 7));
    expect(fit.intervals95.a).toBeDefined();
    const expected = forecast(fit, 1e12);
    expect(expected.intervals95?.parameters).toBeDefined();
    expect(expected.intervals95?.loss).toBeUndefined();
    expect(expected.predictionInterval95).toBeUndefined();
    expect(codes(expected)).toContain("few-minima");
    expect(codes(fit)).toContain("few-minima");
  });
  test("three minima show an irreducible loss, with an interval and a warning", () => {
    const fit = fitIsoflop(small(3, 7));
    expect(fit.diagnostics.lossForm).toBe("irreducible");
    expect(within(forecast(fit, 1e11).intervals95!.loss, chinchilla.optimum(truth, 1e11).loss!)).toBe(true);
    expect(codes(fit)).toContain("few-minima");
  });
  test("rows imported twice are warned of by every fit that they make too sure", () => {
    const twice = [...noisy(3), ...noisy(3)];
    for (const fit of [fitIsoflop(twice, { resamples: 0 }), fitParametric(twice, { resamples: 0 })]) {
      expect(fit.warnings.find((warning) => warning.code === "duplicate-runs")?.message).toMatch(/^35 of 70 runs/);
    }
  });
  test("equal losses and impossible budgets are refused", () => {
    expect(codeOf(() => fitParametric(exact().map((r) => ({ ...r, loss: 2 }))))).toBe("no-variation");
    for (const budget of [Number.NaN, -1, 0]) {
      const wrong = exact().map((r, i) => (i === 4 ? { ...r, budget } : r));
      expect(codeOf(() => fitIsoflop(wrong))).toBe("bad-record");
    }
  });
  test("a run whose curve is all NaN counts as one without a curve", () => {
    const broken = noisy(3, { curvePoints: 100 }).map((r, i) =>
      i === 6 ? { ...r, curve: r.curve!.map((point) => ({ ...point, loss: Number.NaN })) } : r,
    );
    const fit = fitEnvelope(broken, { resamples: 0 });
    expect(codes(fit)).toContain("skipped-curves");
    const { curve: _, ...without } = broken[6]!;
    const expected = fitEnvelope(
      broken.map((r, i) => (i === 6 ? without : r)),
      { resamples: 0 },
    );
    expect(fit.parameters).toEqual(expected.parameters);
  });
  test("scales of loss from 1e-3 to 1e3 change nothing but the scale", () => {
    for (const scale of [1e-3, 1e3]) {
      const scaled = noisy(3).map((r) => ({ ...r, loss: r.loss * scale }));
      for (const fitter of [fitIsoflop, fitParametric]) {
        const [fit, plain] = [fitter(scaled, { resamples: 0 }), fitter(noisy(3), { resamples: 0 })];
        expect(fit.exponents.a).toBeCloseTo(plain.exponents.a, 6);
        expect(fit.parameters.E / plain.parameters.E / scale).toBeCloseTo(1, 5);
      }
    }
  });
});

describe("Approach 1", () => {
  /** A ladder of fixed sizes, each trained long: Hoffmann's design. */
  const ladder = (curveNoise: number) => {
    const random = createRandom(9);
    return Array.from({ length: 12 }, (_, i): RunRecord => {
      const n = 2e4 * 1.5 ** i;
      const tokens = 4e6;
      const curve = Array.from({ length: 500 }, (_, k) => {
        const seen = (tokens * (k + 1)) / 500;
        const loss = chinchilla.loss(truth, n, seen) * Math.exp(curveNoise * random.normal());
        return { tokens: seen, flops: 6 * n * seen, loss };
      });
      return { id: `r${i}`, parameters: n, tokens, flops: 6 * n * tokens, loss: curve.at(-1)!.loss, curve };
    });
  };
  test("finds the planted exponent from smooth curves, edges left out", () => {
    const fit = fitEnvelope(ladder(0), { resamples: 0, warmupFraction: 0.02 });
    expect(Math.abs(fit.exponents.a - trueExponents.a)).toBeLessThan(0.03);
    expect(fit.exponents.a + fit.exponents.b).toBeCloseTo(1, 9);
    const flops = fit.envelope.map((point) => point.flops);
    expect(flops).toEqual([...flops].sort((x, y) => x - y));
    expect(codes(fit)).toContain("edge-minimum");
    expect(fit.envelope.filter((point) => point.status === "used")).toHaveLength(Number(fit.diagnostics.usedPoints));
    // The winner at each used point is the truth's best among the sizes there.
    for (const point of fit.envelope.filter((p) => p.status === "used").filter((_, i) => i % 100 === 0)) {
      const best = chinchilla.optimum(truth, point.flops).parameters;
      expect(Math.abs(Math.log(point.parameters / best))).toBeLessThan(Math.log(1.5));
      expect(point.loss).toBeCloseTo(chinchilla.loss(truth, point.parameters, point.tokens), 3);
    }
  });
  test("intervals from noisy curves contain the true exponent", () => {
    const fit = fitEnvelope(ladder(0.03), { warmupFraction: 0.02 });
    expect(within(fit.intervals95.a, trueExponents.a)).toBe(true);
    // Of a dozen runs, some resamples keep too few sizes to have an inner winner: left out, and said so.
    expect(fit.draws.rows.length).toBeGreaterThan(800);
    expect(codes(fit).includes("bootstrap-failures")).toBe(fit.draws.rows.length < 1000);
  });
  test("refuses runs without curves, or whose winners all lie on the edge", () => {
    expect(codeOf(() => fitEnvelope(exact()))).toBe("no-curves");
    expect(codeOf(() => fitEnvelope(ladder(0).slice(0, 2).concat(ladder(0).slice(11))))).toBe("no-envelope");
  });
});

describe("Kaplan's laws", () => {
  const planted = { Nc: 2e6, Dc: 2e7, alphaN: 0.18, alphaD: 0.2 };
  const records = exact().map((r) => ({ ...r, loss: kaplanModelData.loss(planted, r.parameters, r.tokens) }));
  test("L(N, D) recovers its planted constants and the exponent they imply", () => {
    const [, fit] = fitKaplan(records, { resamples: 0 });
    for (const [name, value] of Object.entries(planted)) {
      expect(Math.abs(fit.parameters[name as keyof typeof planted] / value - 1), name).toBeLessThan(1e-5);
    }
    expect(fit.exponents.a).toBeCloseTo(0.2 / 0.38, 6);
  });
  test("L(C) through the minima of that law has its exponent alphaN alphaD / (alphaN + alphaD)", () => {
    const [fit] = fitKaplan(records, { resamples: 300 });
    expect(fit.diagnostics.frontier).toBe("isoflop-minima");
    expect(fit.parameters.alphaC).toBeCloseTo((0.18 * 0.2) / 0.38, 2);
    expect(fit.intervals95.alphaC![0]).toBeLessThan(fit.parameters.alphaC);
  });
  test("without isoFLOP minima it goes through the runs that no cheaper run beats", () => {
    const ladder = Array.from({ length: 6 }, (_, i): RunRecord => {
      const parameters = 1e4 * 3 ** i;
      const tokens = 20 * parameters;
      const flops = 6 * parameters * tokens;
      return { id: `${i}`, parameters, tokens, flops, loss: 40 * flops ** -0.1 };
    });
    const [fit] = fitKaplan(ladder, { resamples: 100 });
    expect(fit.diagnostics.frontier).toBe("pareto");
    expect(fit.parameters.alphaC).toBeCloseTo(0.1, 9);
    expect(codes(fit)).toContain("no-frontier");
  });
});

test("a loss frontier is recovered, from three points too, and with two falls back to a pure power law", () => {
  const flops = [1e9, 1e10, 1e11, 1e12, 1e13];
  for (const points of [flops, flops.slice(0, 3)]) {
    const fit = fitLossFrontier(
      points,
      points.map((c) => 1.5 + 60 * c ** -0.15),
    )!;
    expect(fit.form).toBe("irreducible");
    expect(fit.parameters.E).toBeCloseTo(1.5, 6);
    expect(fit.parameters.gamma).toBeCloseTo(0.15, 6);
  }
  const pure = fitLossFrontier(
    flops.slice(0, 2),
    flops.slice(0, 2).map((c) => 60 * c ** -0.15),
  )!;
  expect(pure.form).toBe("power-law");
  expect(pure.parameters.gamma).toBeCloseTo(0.15, 9);
});

test("every fit is plain data: it survives JSON", () => {
  const records = noisy(5, { curvePoints: 100 });
  const options = { resamples: 30 };
  const fits = [
    fitEnvelope(records, options),
    fitIsoflop(records, options),
    fitParametric(records, options),
    ...fitKaplan(records, options),
  ];
  for (const fit of fits) expect(JSON.parse(JSON.stringify(fit))).toEqual(fit);
});
