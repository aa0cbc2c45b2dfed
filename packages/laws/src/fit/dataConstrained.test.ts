import { describe, expect, test } from "vitest";
import { IsoflopError } from "../error.js";
import { chinchilla, chinchillaParametersForTokens } from "../laws/chinchilla.js";
import { type DataConstrainedParameters, dataConstrained } from "../laws/dataConstrained.js";
import { type DecayForm, decayOfScale, NO_DECAY } from "../laws/forms/repetition.js";
import type { NewtonProblem } from "../numerics/boundedNewton.js";
import { createRandom, type Random } from "../numerics/random.js";
import { muennighoffConstants } from "../published/muennighoff.js";
import type { RunRecord } from "../record.js";
import { fitDataConstrained } from "./dataConstrained.js";
import { centreOf, fromJoint, jointProblem, toJoint } from "./dataConstrainedJointProblem.js";
import { FREE_DECAY, repeatedTerms, repetitionData, repetitionProblem } from "./dataConstrainedProblem.js";

const truth: DataConstrainedParameters = { ...muennighoffConstants, beta: 0.38, B: 2500, RD: 15, RN: 5 };
const { RD: _, RN: __, ...base } = truth;

interface Study {
  readonly truth?: DataConstrainedParameters;
  readonly form?: DecayForm;
  readonly noise?: number;
  readonly random?: Random;
  readonly checkpoints?: number;
}

/** Sizes, data and unique tokens as in the paper: from one epoch to a hundred, U_N a tenth to ten times N. */
function study({ truth: p = truth, form, noise = 0, random, checkpoints = 1 }: Study = {}): RunRecord[] {
  return [1e8, 4e8, 1.5e9, 1e10].flatMap((uniqueTokens) =>
    [0.2, 0.7, 2, 6].flatMap((size) =>
      [1, 3, 10, 40].flatMap((epochs) => {
        const parameters = size * 0.05 * uniqueTokens;
        const factor = Math.exp(random ? noise * random.normal() : 0);
        return Array.from({ length: checkpoints }, (_, k): RunRecord => {
          const tokens = epochs * uniqueTokens * (1 - k / (2 * checkpoints));
          const loss = dataConstrained(uniqueTokens, form).loss(p, parameters, tokens) * factor;
          const run = `${uniqueTokens}/${size}/${epochs}`;
          return { id: `${run}/${k}`, run, parameters, tokens, flops: 6 * parameters * tokens, loss, uniqueTokens };
        });
      }),
    ),
  );
}

const codeOf = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    if (error instanceof IsoflopError) return error.code;
    throw error;
  }
  return "no error";
};

describe("planted truth", () => {
  test.each([
    ["exponential", "huber"],
    ["exponential", "lad"],
    ["exponential", "mse"],
    ["geometric", "huber"],
  ] as const)("%s decay is found exactly without noise, by %s", (form, loss) => {
    const fit = fitDataConstrained(study({ form }), { base, form, loss, resamples: 0 });
    expect(fit.parameters.RD / truth.RD).toBeCloseTo(1, 5);
    expect(fit.parameters.RN / truth.RN).toBeCloseTo(1, 5);
    expect(fit.objective).toBeLessThan(1e-9);
    expect(fit.diagnostics.r2).toBeCloseTo(1, 9);
    expect(fit.warnings).toEqual([]);
    expect(JSON.parse(JSON.stringify(fit))).toEqual(fit);
  });
  test("all seven parameters are found jointly from another base", () => {
    const fit = fitDataConstrained(study(), { base: muennighoffConstants, joint: true, resamples: 0 });
    for (const [name, value] of Object.entries(truth)) {
      expect(fit.parameters[name as keyof typeof truth] / value, name).toBeCloseTo(1, 4);
    }
    expect(fit.base).toEqual({ name: "given", held: false });
  });
  test("without a base, the runs that repeat nothing give one, and its uncertainty enters the intervals", () => {
    const random = createRandom(3);
    const records = study({ noise: 0.002, random });
    const unique = [2e8, 1e9, 5e9, 2e10].flatMap((tokens) =>
      [0.004, 0.01, 0.02, 0.03].map((ratio): RunRecord => {
        const parameters = ratio * tokens;
        const loss = chinchilla.loss(base, parameters, tokens) * Math.exp(5e-4 * random.normal());
        return { id: `${tokens}/${ratio}`, parameters, tokens, flops: 6 * parameters * tokens, loss };
      }),
    );
    const repeating = records.filter((r) => r.tokens > r.uniqueTokens!);
    const fit = fitDataConstrained([...repeating, ...unique], { resamples: 100 });
    expect(fit.base).toEqual({ name: "single-epoch runs", held: true, runs: 16 });
    expect(fit.intervals95.alpha![1]).toBeGreaterThan(fit.intervals95.alpha![0] + 1e-4);
    expect(Math.abs(Math.log(fit.parameters.RD / truth.RD))).toBeLessThan(0.2);
    expect(codeOf(() => fitDataConstrained(repeating))).toBe("no-base");
  });
  test("a base from runs with excess parameters is told of, and fitting all jointly mends it", () => {
    const records = study();
    const single = records.filter((r) => r.tokens === r.uniqueTokens);
    const above = ({ RD: _, RN: __, ...p }: DataConstrainedParameters) =>
      single.filter((r) => r.parameters > chinchillaParametersForTokens(p, r.tokens));
    expect([single.length, above(truth).length]).toEqual([16, 8]);
    const fit = fitDataConstrained(records, { resamples: 0 });
    const told = fit.warnings.find(({ code }) => code === "base-excess")!;
    const { excess, runs, most } = told.statement!.values as { excess: number; runs: number; most: number };
    expect([excess, runs]).toEqual([above(fit.parameters).length, 16]);
    // Neither R* nor the base are those planted.
    expect(Math.abs(Math.log(fit.parameters.RN / truth.RN))).toBeGreaterThan(0.5);
    expect(Math.abs(Math.log(fit.parameters.RD / truth.RD))).toBeGreaterThan(0.3);
    const ratios = single.map(({ tokens, parameters }) => {
      const whole = dataConstrained(tokens).loss(fit.parameters, parameters, tokens);
      return whole / chinchilla.loss(fit.parameters, parameters, tokens);
    });
    expect(most).toBeCloseTo(Math.max(...ratios) - 1, 12);
    const joint = fitDataConstrained(records, { joint: true, resamples: 0 });
    for (const name of ["RD", "RN", "alpha", "E"] as const)
      expect(joint.parameters[name] / truth[name]).toBeCloseTo(1, 3);
    expect(joint.warnings.map(({ code }) => code)).not.toContain("base-excess");
  });
  test("with noise, intervals hold the truth and are as wide as the noise makes them", () => {
    const fits = [1, 2, 3, 4, 5, 6].map((seed) =>
      fitDataConstrained(study({ noise: 0.01, random: createRandom(seed) }), { base, loss: "mse", resamples: 200 }),
    );
    const held = fits.flatMap((fit) =>
      (["RD", "RN"] as const).map((name) => {
        const [low, high] = fit.intervals95[name]!;
        expect(high / low).toBeGreaterThan(1.02);
        expect(high / low).toBeLessThan(3);
        return low < truth[name] && truth[name] < high;
      }),
    );
    // Of twelve, at 95 %, fewer than eight happens once in 10,000 times.
    expect(held.filter((yes) => yes).length).toBeGreaterThanOrEqual(8);
    expect(Object.keys(fits[0]!.intervals95).sort()).toEqual(["RD", "RN"]);
  });
  test("where nothing decays, R* ends at NO_DECAY, which is JSON, and says so", () => {
    const fit = fitDataConstrained(study({ truth: { ...truth, RN: NO_DECAY } }), { base, resamples: 50 });
    expect(fit.parameters.RD / truth.RD).toBeCloseTo(1, 4);
    expect(fit.parameters.RN).toBeGreaterThan(1e7);
    const held = fitDataConstrained(study(), { base, decaying: "data", resamples: 0 });
    expect(held.parameters.RN).toBe(NO_DECAY);
    // Truth with gains that grow: the least decay that can be is none.
    const growing = study({ truth: { ...truth, RN: NO_DECAY } }).map((r) => ({
      ...r,
      loss: r.parameters > 0.1 * r.uniqueTokens! ? r.loss * 0.99 : r.loss,
    }));
    const bound = fitDataConstrained(growing, { base, resamples: 50 });
    expect(bound.parameters.RN).toBe(NO_DECAY);
    expect(bound.warnings.map((w) => w.code)).toContain("parameter-at-bound");
    expect(bound.standardErrors.RN).toBeUndefined();
    expect(JSON.parse(JSON.stringify(bound))).toEqual(bound);
  });
});

describe("resampling", () => {
  test("checkpoints of one run are resampled together by default: wider than by rows, and said", () => {
    const records = study({ noise: 0.01, random: createRandom(8), checkpoints: 4 });
    const width = (over?: "rows") => {
      const fit = fitDataConstrained(records, { base, loss: "mse", resamples: 150, ...(over && { over }) });
      expect(fit.warnings.map((w) => w.code)).toContain("dependent-rows");
      expect(fit.diagnostics.bootstrapOver).toBe(over ?? "runs");
      return fit.intervals95.RD![1] - fit.intervals95.RD![0];
    };
    expect(width()).toBeGreaterThan(1.4 * width("rows"));
  });
  test("over seed noise, intervals grow with the noise given", () => {
    const records = study().map(({ run: _, ...record }) => record);
    const width = (sd: number) => {
      const noise = [{ loss: 3, sd }];
      const fit = fitDataConstrained(records, { base, loss: "mse", resamples: 100, over: "noise", noise });
      return fit.intervals95.RD![1] - fit.intervals95.RD![0];
    };
    expect(width(0.02) / width(0.01)).toBeCloseTo(2, 0);
    expect(codeOf(() => fitDataConstrained(records, { base, over: "noise" }))).toBe("no-replicates");
  });
});

test("what cannot be fitted is refused", () => {
  const records = study();
  expect(codeOf(() => fitDataConstrained(records.slice(0, 2), { base }))).toBe("too-few-records");
  expect(
    codeOf(() =>
      fitDataConstrained(
        records.map(({ uniqueTokens: _, ...r }) => r),
        { base },
      ),
    ),
  ).toBe("no-repetition");
  expect(codeOf(() => fitDataConstrained([{ ...records[0]!, uniqueTokens: 0 }, ...records], { base }))).toBe(
    "bad-record",
  );
});

describe("derivatives of the objective", () => {
  const records = study({ noise: 0.02, random: createRandom(4) });
  const data = repetitionData(records);
  const weights = Float64Array.from(records, (_, i) => i % 3);
  const bounds = { data: FREE_DECAY, model: FREE_DECAY };

  /** Central differences of value, and of the gradient. */
  function check(problem: NewtonProblem, x: readonly number[], hessianTolerance: number): void {
    const n = x.length;
    const evaluate = (at: Float64Array) => {
      const [gradient, hessian] = [new Float64Array(n), new Float64Array(n * n)];
      const value = problem.derivatives(at, gradient, hessian, new Float64Array(n * n));
      return { value, gradient, hessian };
    };
    const at = Float64Array.from(x);
    const own = evaluate(at);
    expect(own.value / problem.value(at)).toBeCloseTo(1, 12);
    for (let p = 0; p < n; p++) {
      const h = 1e-5 * Math.max(1e-2, Math.abs(x[p]!));
      const [up, down] = [1, -1].map((sign) => at.map((v, q) => (q === p ? v + sign * h : v)));
      const slope = (problem.value(up!) - problem.value(down!)) / (2 * h);
      expect(Math.abs(own.gradient[p]! - slope), `gradient ${p}`).toBeLessThan(2e-6 * (Math.abs(slope) + own.value));
      const [high, low] = [evaluate(up!).gradient, evaluate(down!).gradient];
      for (let q = 0; q < n; q++) {
        const second = (high[q]! - low[q]!) / (2 * h);
        const scale = Math.sqrt(Math.abs(own.hessian[p * n + p]! * own.hessian[q * n + q]!)) + Math.abs(second);
        expect(Math.abs(own.hessian[p * n + q]! - second), `hessian ${p}${q}`).toBeLessThan(hessianTolerance * scale);
      }
    }
  }

  // With small residuals' thresholds a finite difference may cross a kink; there are none within these steps.
  test.each([
    ["exponential", Number.POSITIVE_INFINITY],
    ["exponential", 1e-3],
    ["geometric", Number.POSITIVE_INFINITY],
  ] as const)("over R_D* and R_N*: %s, threshold %d", (form, threshold) => {
    const terms = repeatedTerms(data, base);
    const problem = repetitionProblem(terms, data.logLoss, weights, threshold, form, bounds);
    check(problem, [decayOfScale(9), decayOfScale(3)], 1e-5);
    check(problem, [decayOfScale(0.5), decayOfScale(60)], 1e-5);
  });
  test.each(["exponential", "geometric"] as const)("over all seven parameters: %s", (form) => {
    const centre = centreOf(data);
    const problem = jointProblem(data, centre, data.logLoss, weights, Number.POSITIVE_INFINITY, form, bounds);
    const start = { E: 1.7, A: 300, B: 2000, alpha: 0.33, beta: 0.36 };
    const x = toJoint(start, [decayOfScale(9), decayOfScale(3)], centre);
    check(problem, x, 1e-3);
    const back = fromJoint(x, centre);
    for (const name of ["E", "A", "B", "alpha", "beta"] as const) expect(back[name] / start[name]).toBeCloseTo(1, 12);
    const terms = repeatedTerms(data, start);
    const two = repetitionProblem(terms, data.logLoss, weights, Number.POSITIVE_INFINITY, form, bounds);
    expect(problem.value(Float64Array.from(x)) / two.value(Float64Array.from(x.slice(5)))).toBeCloseTo(1, 12);
  });
});
