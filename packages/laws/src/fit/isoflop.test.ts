import { describe, expect, test } from "vitest";
import { IsoflopError } from "../error.js";
import { forecast } from "../forecast/forecast.js";
import { chinchilla, chinchillaExponents } from "../laws/chinchilla.js";
import { computeOf } from "../model/computeCost.js";
import { createRandom } from "../numerics/random.js";
import { standardDeviation } from "../numerics/statistics.js";
import type { RunRecord } from "../record.js";
import { groupByBudget } from "./budgets.js";
import { fitIsoflop } from "./isoflop.js";
import { fitProfile, type ProfileStatus, prepareProfile } from "./profile.js";
import { syntheticStudy } from "./synthetic.js";

const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
const budgets = [3e9, 1e10, 3e10, 1e11, 3e11];
const trueA = chinchillaExponents(truth).a;
const study = (extra = {}) => syntheticStudy({ truth, budgets, sizes: 7, width: 8, ...extra });
const noisy = (seed: number, extra = {}) => study({ noise: 0.003, random: createRandom(seed), ...extra });
/** Two seeds of every run, each with noise of its own. */
const seeds = (seed: number) =>
  [0, 1].flatMap((which) =>
    noisy(seed + 1000 * which).map((r): RunRecord => ({ ...r, id: `${r.id}/${which}`, seed: which })),
  );
const withoutBudget = (records: readonly RunRecord[]) => records.map(({ budget: _, ...rest }): RunRecord => rest);
const codes = (fit: { warnings: readonly { code: string }[] }) => fit.warnings.map(({ code }) => code);
const optimumAt = (budget: number) => chinchilla.optimum(truth, budget).parameters;
const within = (interval: readonly [number, number], value: number) => interval[0] <= value && value <= interval[1];
const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof IsoflopError) return error.code;
    throw error;
  }
  return "no error";
};

describe("Approach 2 through Akima splines", () => {
  test("finds the planted optimum from noise-free runs, to the error of the interpolation", () => {
    const fit = fitIsoflop(study({ sizes: 15, width: 16 }), { curve: "akima", resamples: 0 });
    expect(fit.exponents.a).toBeCloseTo(trueA, 4);
    for (const { vertex, budget } of fit.profiles) {
      expect(Math.abs(Math.log(vertex!.parameters / optimumAt(budget)))).toBeLessThan(0.002);
      expect(vertex!.tokens).toBeCloseTo(budget / (6 * vertex!.parameters), 0);
    }
  });
  test("intervals over given or estimated seed noise contain the truth", () => {
    const given = fitIsoflop(noisy(1), { curve: "akima", noise: [{ loss: 3, sd: 0.009 }] });
    expect(given.diagnostics.bootstrapOver).toBe("noise");
    expect(within(given.intervals95.a!, trueA)).toBe(true);
    const estimated = fitIsoflop(seeds(5), { curve: "akima" });
    expect(estimated.diagnostics.bootstrapOver).toBe("noise");
    expect(within(estimated.intervals95.a!, trueA)).toBe(true);
    for (const { vertex, budget } of estimated.profiles) {
      expect(vertex!.regressionError).toBeGreaterThanOrEqual(vertex!.standardError!);
      // Noise upon noise: the spline's minimum is 0.06 to 0.2 in ln N off, by the budget.
      expect(Math.abs(Math.log(vertex!.parameters / optimumAt(budget)))).toBeLessThan(4 * vertex!.regressionError!);
    }
  });
  test("without any noise known there are no intervals, with the reason; asked for, it is an error", () => {
    const fit = fitIsoflop(noisy(1), { curve: "akima" });
    expect(fit.intervals95).toEqual({});
    expect(codes(fit)).toContain("no-intervals");
    expect(fit.profiles.every(({ vertex }) => vertex!.standardError === undefined)).toBe(true);
    expect(codeOf(() => fitIsoflop(noisy(1), { over: "noise" }))).toBe("no-replicates");
  });
  test("drawn over runs they give intervals of the mean, but none of a new run: its noise is not known", () => {
    const byRuns = forecast(fitIsoflop(noisy(1), { curve: "akima", over: "rows", resamples: 200 }), 1e12);
    expect(byRuns.intervals95?.loss).toBeDefined();
    expect(byRuns.predictionInterval95).toBeUndefined();
    const bySeeds = forecast(
      fitIsoflop(noisy(1), { curve: "akima", noise: [{ loss: 3, sd: 0.009 }], resamples: 200 }),
      1e12,
    );
    const [low, high] = bySeeds.predictionInterval95!;
    // Run-to-run noise of 0.009 nats alone makes it 0.035 wide.
    expect(high - low).toBeGreaterThan(0.03);
  });
  test("a minimum at an edge, or pushed there by noise, is left out", () => {
    const cut = study().filter((r) => r.budget !== 3e11 || r.parameters > optimumAt(3e11) * 1.1);
    const noise = [{ loss: 3, sd: 0.004 }];
    const statuses = (records: RunRecord[]) =>
      fitIsoflop(records, { curve: "akima", noise, resamples: 200 }).profiles.map(
        ({ status }): ProfileStatus => status,
      );
    expect(statuses(cut)).toEqual(["used", "used", "used", "used", "edge"]);
    // One size below the minimum, hardly worse than it: noise puts the least loss there more often than not.
    const bare = study().filter((r) => r.budget !== 3e9 || r.parameters > optimumAt(3e9) * 0.9);
    const near = bare.map((r) =>
      r.parameters < optimumAt(3e9) && r.budget === 3e9 ? { ...r, loss: r.loss + 1e-5 } : r,
    );
    const profile = fitIsoflop(near, { curve: "akima", noise: [{ loss: 3, sd: 0.05 }], resamples: 200 }).profiles[0]!;
    expect(profile.status).toBe("edge");
    expect(profile.reason).toMatch(/noise|smallest size/);
  });
  test("repeated sizes enter by their mean ln loss, in any order", () => {
    const records = seeds(3).filter((r) => r.budget === 1e10);
    const merged = records.slice(0, 7).map((r, i) => ({ ...r, loss: Math.sqrt(r.loss * records[i + 7]!.loss) }));
    const [twice, once] = [
      fitProfile(1e10, [...records].reverse(), { curve: "akima" }),
      fitProfile(1e10, merged, { curve: "akima" }),
    ];
    expect(twice.vertex!.parameters).toBeCloseTo(once.vertex!.parameters, 6);
    // Two runs a size: 1/sqrt(2) of the error of one.
    expect(twice.vertex!.logParametersPerNoise / once.vertex!.logParametersPerNoise).toBeCloseTo(Math.SQRT1_2, 2);
  });
});

describe("every minimum has its error", () => {
  test.each(["parabola", "akima"] as const)("its geometry gives the spread under small noise (%s)", (curve) => {
    const members = study({ width: 16 }).filter((r) => r.budget === 1e10);
    const prepared = prepareProfile(1e10, members, curve);
    const losses = members.map((r) => r.loss);
    const random = createRandom(2);
    const noise = 1e-5;
    const found = Array.from(
      { length: 4000 },
      () => prepared.minimum(losses.map((loss) => loss + noise * random.normal()))!.logN,
    );
    // An sd from 4000 draws has a standard error of 1.1 %.
    expect(standardDeviation(found) / (noise * prepared.minimum(losses)!.perNoise())).toBeCloseTo(1, 1);
  });
  test("standard errors and intervals of N_opt at each budget mean what they say", () => {
    const scores: number[] = [];
    let inside = 0;
    for (let seed = 0; seed < 100; seed++) {
      for (const { vertex, budget } of fitIsoflop(noisy(seed), { resamples: 200 }).profiles) {
        if (vertex?.standardError === undefined) continue;
        scores.push(Math.log(vertex.parameters / optimumAt(budget)) / vertex.standardError);
        if (within(vertex.intervals95!.parameters, optimumAt(budget))) inside++;
      }
    }
    expect(scores.length).toBeGreaterThan(490);
    // 500 scores of variance one: 0.97 to 1.09 for an exact error; a pooled sd from 20 degrees of freedom adds 5 %.
    expect(standardDeviation(scores)).toBeGreaterThan(0.9);
    expect(standardDeviation(scores)).toBeLessThan(1.15);
    expect(inside / scores.length).toBeGreaterThan(0.92);
    expect(inside / scores.length).toBeLessThan(0.98);
  });
});

describe("dependent observations", () => {
  /** Sizes trained once each and read off at every budget: errors shared by all observations of a size. */
  const checkpoints = (seed: number) => {
    const random = createRandom(seed);
    const sizes = Array.from({ length: 15 }, (_, i) => 6e3 * 1.45 ** i);
    const errors = sizes.map(() => 0.004 * random.normal());
    return budgets.flatMap((budget) =>
      sizes.flatMap((parameters, i): RunRecord[] => {
        if (Math.abs(Math.log(parameters / optimumAt(budget))) > Math.log(5)) return [];
        const tokens = budget / (6 * parameters);
        const loss = chinchilla.loss(truth, parameters, tokens) * Math.exp(errors[i]!);
        return [{ id: `${i}@${budget}`, run: `run ${i}`, parameters, tokens, flops: budget, budget, loss }];
      }),
    );
  };
  test("are redrawn run by run, and said to be", () => {
    const fit = fitIsoflop(checkpoints(1));
    expect(fit.diagnostics.bootstrapOver).toBe("runs");
    expect(fit.warnings.find(({ code }) => code === "dependent-rows")?.message).toMatch(/together/);
    const rows = fitIsoflop(checkpoints(1), { over: "rows" });
    expect(rows.warnings.find(({ code }) => code === "dependent-rows")?.message).toMatch(/as independent/);
  });
  test.each(["residual", "case"] as const)("run by run, most intervals of a hold the truth (%s)", (resampling) => {
    const hit = Array.from({ length: 40 }, (_, seed) =>
      within(fitIsoflop(checkpoints(seed), { resamples: 200, resampling }).intervals95.a!, trueA),
    );
    expect(hit.filter(Boolean).length).toBeGreaterThanOrEqual(33);
  });
});

describe("the shape of profiles", () => {
  test("centred grids of moderate width pass without a word, but for one in a hundred by chance", () => {
    const warned = Array.from({ length: 100 }, (_, seed) => codes(fitIsoflop(noisy(seed), { resamples: 0 }))).flat();
    // Four standard errors at 15 degrees of freedom: 0.1 %.
    expect(warned.filter((code) => code !== "wide-profile")).toEqual([]);
    expect(warned.length).toBeLessThanOrEqual(2);
  });
  test("a minimum more than half-way to an edge is warned of", () => {
    const shifted = study({ sizes: 9, width: 16 }).filter(
      (r) => r.budget !== 1e11 || r.parameters > optimumAt(1e11) * 0.7,
    );
    const fit = fitIsoflop(shifted, { resamples: 0 });
    expect(fit.profiles[3]!.status).toBe("used");
    expect(fit.warnings.find(({ code }) => code === "off-centre")?.message).toMatch(/^1 of 5 minima .*1\.00e\+11/);
  });
  test("profiles too wide for a parabola are warned of, with noise too, and about how far they mislead", () => {
    const lopsided = { ...truth, alpha: 0.6, beta: 0.2, A: 300 };
    const wide = (extra = {}) => syntheticStudy({ truth: lopsided, budgets, sizes: 11, width: 100, ...extra });
    for (const records of [wide(), wide({ noise: 0.003, random: createRandom(1) })]) {
      const fit = fitIsoflop(records, { resamples: 0 });
      const said = fit.warnings.find(({ code }) => code === "wide-profile")!.message;
      const percent = Number(/by up to (-?\d+) %/.exec(said)![1]);
      const { vertex, budget } = fit.profiles[2]!;
      const actual = 100 * (chinchilla.optimum(lopsided, budget).parameters / vertex!.parameters - 1);
      expect(actual).toBeLessThan(-15);
      expect(Math.abs(percent / actual - 1)).toBeLessThan(0.5);
    }
    expect(codes(fitIsoflop(wide(), { curve: "akima", resamples: 0 }))).not.toContain("wide-profile");
  });
});

describe("runs whose C is uneven", () => {
  const scattered = (seed: number, spread: number) => {
    const random = createRandom(seed);
    return withoutBudget(study({ sizes: 9 })).map((r): RunRecord => {
      const tokens = r.tokens * Math.exp(spread * (random.uniform() - 0.5));
      const loss = chinchilla.loss(truth, r.parameters, tokens) * Math.exp(0.001 * random.normal());
      return { ...r, tokens, flops: 6 * r.parameters * tokens, loss };
    });
  };
  test("get a term in ln C, which finds the minima that a plain parabola misses", () => {
    const records = scattered(1, 0.3);
    const grouping = groupByBudget(records, 0.2);
    expect(grouping.groups).toHaveLength(5);
    const fit = fitIsoflop(records, { resamples: 0, clusterTolerance: 0.2 });
    expect(codes(fit)).toContain("uneven-budgets");
    for (const { vertex } of fit.profiles) {
      expect(Math.abs(Math.log(vertex!.parameters / optimumAt(vertex!.flops)))).toBeLessThan(0.1);
    }
  });
  test.each([
    [0.8, "larger"],
    [1.2, "smaller"],
  ])(
    "because it is counted otherwise, as N^%d D, have minima that are %s along one C, which is said",
    (exponent, is) => {
      // Equal at N = 30,000: the budgets stay budgets of 6ND.
      const compute = { coefficient: 6 * 30_000 ** (1 - exponent), exponent };
      const counted = study().map((r) => ({ ...r, flops: computeOf(compute, r.parameters, r.tokens) }));
      const fit = fitIsoflop(counted, { resamples: 0 });
      const said = fit.warnings.find(({ code }) => code === "uneven-budgets")?.message;
      expect(said).toMatch(new RegExp(`^At 5 of 5 minima C .* N_opt along one C is ${is} than here`));
      for (const { vertex } of fit.profiles) {
        const off = Math.log(chinchilla.optimum(truth, vertex!.flops, compute).parameters / vertex!.parameters);
        expect(Math.sign(off)).toBe(is === "larger" ? 1 : -1);
        expect(Math.abs(off)).toBeGreaterThan(0.15);
      }
      const hardly = study().map((r) => ({ ...r, flops: r.flops * (r.parameters / 30_000) ** 0.03 }));
      expect(codes(fitIsoflop(hardly, { resamples: 0 }))).not.toContain("uneven-budgets");
    },
  );
  test("chained clusters are cut at their gaps, and said to be", () => {
    const dense = Array.from({ length: 120 }, (_, i): RunRecord => {
      const flops = 1e9 * 1.05 ** i;
      const parameters = optimumAt(flops) * 3 ** Math.sin(2.4 * i);
      const tokens = flops / (6 * parameters);
      return { id: `${i}`, parameters, tokens, flops, loss: chinchilla.loss(truth, parameters, tokens) };
    });
    const grouping = groupByBudget(dense);
    expect(grouping.cut).toBe(grouping.groups.length);
    for (const { members } of grouping.groups) {
      const flops = members.map((i) => dense[i]!.flops);
      expect(Math.max(...flops) / Math.min(...flops)).toBeLessThanOrEqual(1.5);
    }
    expect(grouping.groups.flatMap(({ members }) => members).sort((i, j) => i - j)).toEqual(dense.map((_, i) => i));
    const fit = fitIsoflop(dense, { resamples: 0 });
    expect(Math.abs(fit.exponents.a - trueA)).toBeLessThan(0.01);
    expect(fit.warnings.find(({ code }) => code === "uneven-budgets")?.message).toMatch(/cut out of longer chains/);
  });
  test("stray runs between budgets are one warning, and none at all is an error that says so", () => {
    const strays = [2e9, 5e9, 2e10, 5e10, 2e11].map((flops, i): RunRecord => {
      const parameters = optimumAt(flops);
      return { id: `stray ${i}`, parameters, tokens: flops / (6 * parameters), flops, loss: 3 };
    });
    const fit = fitIsoflop([...withoutBudget(study()), ...strays], { resamples: 0 });
    expect(fit.warnings.filter(({ code }) => code === "few-points")).toHaveLength(1);
    const ladder = Array.from({ length: 20 }, (_, i): RunRecord => {
      const parameters = 1e4 * 1.5 ** i;
      return { id: `${i}`, parameters, tokens: 20 * parameters, flops: 120 * parameters ** 2, loss: 4 * 0.97 ** i };
    });
    expect(codeOf(() => fitIsoflop(ladder))).toBe("too-few-minima");
  });
});

describe("the smallest budget", () => {
  /** The smallest budget's optimum moved by a factor, as of a study that tuned its small models badly. */
  const moved = (factor: number, seed: number) =>
    noisy(seed).map((r): RunRecord => {
      if (r.budget !== budgets[0]) return r;
      const elsewhere = chinchilla.loss(truth, r.parameters * factor, r.tokens / factor);
      return { ...r, loss: (r.loss / chinchilla.loss(truth, r.parameters, r.tokens)) * elsewhere };
    });
  test("is warned of where the others disagree with it, and seldom otherwise", () => {
    const warned = (factor: number) =>
      Array.from({ length: 20 }, (_, seed) => fitIsoflop(moved(factor, seed), { resamples: 100 })).filter((fit) =>
        codes(fit).includes("budget-sensitive"),
      ).length;
    expect(warned(1.7)).toBeGreaterThanOrEqual(18);
    // One in twenty by chance: more than four of twenty have a probability of 0.3 %.
    expect(warned(1)).toBeLessThanOrEqual(4);
  });
});
