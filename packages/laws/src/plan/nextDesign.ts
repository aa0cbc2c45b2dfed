import { IsoflopError } from "../error.js";
import type { ParametricFit } from "../fit/parametric.js";
import type { FitWarning, Interval } from "../fit/result.js";
import { central95, mean } from "../numerics/statistics.js";
import type { RunRecord } from "../record.js";
import { type CandidateRange, candidateGrid } from "./nextDesignCandidates.js";
import { type NextDesignOptions, type NextObjective, type NextPlan, planOf } from "./nextDesignPlan.js";
import { searchDesign } from "./nextDesignSearch.js";
import type { Candidate, DesignState, DrawnLaw } from "./nextDesignState.js";
import { nextDesignWarnings } from "./nextDesignWarnings.js";

/** A run to add. */
export interface ProposedRun {
  /** N. */
  readonly parameters: number;
  /** D. */
  readonly tokens: number;
  /** C of one seed. */
  readonly flops: number;
  readonly seeds: number;
}

/** Standard error in logs, so a share: averaged over the draws of the law (geometric mean), with their central 95 %. */
export interface ExpectedError {
  readonly standardError: number;
  readonly range95: Interval;
  /** The part of it that the runs' noise makes: what it would be if the law held exactly. */
  readonly byNoise: number;
}

/** How sure the fit will be of its two answers at the target. */
export interface ExpectedErrors {
  /** Of ln L at the optimum. */
  readonly loss: ExpectedError;
  /** Of ln N_opt. */
  readonly parameters: ExpectedError;
  /** Compute lost at the target by training the N that the fit will hold optimal: the expected share of it. */
  readonly computeLost: number;
}

/** Which runs to add, and what they are worth. */
export interface NextDesign {
  readonly runs: readonly ProposedRun[];
  /** FLOPs of them all. */
  readonly flops: number;
  readonly objective: NextObjective;
  readonly target: {
    readonly flops: number;
    readonly parameters: number;
    readonly tokens: number;
    readonly loss: number;
  };
  /** Standard deviations in ln loss: of one run, and of the law's drift over an e-fold (taken, and estimated by itself). */
  readonly errors: { readonly noise: number; readonly drift: number; readonly estimatedDrift: number };
  readonly before: ExpectedErrors;
  readonly after: ExpectedErrors;
  /** The regular isoFLOP grid of the same cost. */
  readonly grid: ExpectedErrors & { readonly runs: readonly ProposedRun[] };
  /**
   * FLOPs that the grid would need to do as well, over those of the runs proposed; Infinity where none up to 64 times does.
   */
  readonly gridCost: number;
  readonly limits: CandidateRange;
  readonly candidates: readonly Candidate[];
  /** Standard errors by what is spent, both ways. */
  readonly curve: readonly {
    readonly flops: number;
    readonly design: { readonly loss: number; readonly parameters: number };
    readonly grid: { readonly loss: number; readonly parameters: number };
  }[];
  readonly warnings: readonly FitWarning[];
}

/**
 * The runs to add for a budget so that the next fit of Approach 3 knows the optimum at a target compute best: a c-optimal design (Elfving
 * 1952) under a limit of cost, averaged over the bootstrap's draws of the law (Chaloner & Verdinelli 1995), that reckons with a
 * law which is only nearly true (see driftCovariance).
 * @param records the runs that `fit` was fitted to
 * @throws IsoflopError "bad-budget", "held-parameters", "bad-option", "no-candidates", "undetermined-law"
 */
export function nextDesign(records: readonly RunRecord[], fit: ParametricFit, options: NextDesignOptions): NextDesign {
  const plan = planOf(records, fit, options);
  const { range, cost, weights, seeds, objective, target } = plan;
  const candidates = candidateGrid(range, fit.parameters, cost, options.sizes);
  const affordable = candidates.filter((c) => seeds * c.flops <= options.flops);
  if (affordable.length === 0) throw noCandidates(options, plan);
  const start = plan.state(affordable);
  const limits = { flops: options.flops, runs: options.runs ?? MOST_RUNS, seeds, weights };
  const design = searchDesign(start, limits);
  const runs = proposed(design);
  const flops = runs.reduce((sum, run) => sum + run.seeds * run.flops, 0);
  const expected = (state: DesignState) => expectedErrors(state, plan.laws);
  const grid = plan.grid(options.flops);
  const gridState = plan.with(grid);
  const after = expected(design);
  return {
    runs,
    flops,
    objective,
    target: { flops: target.flops, ...plan.optimum },
    errors: { noise: plan.noise, drift: plan.errors.drift, estimatedDrift: plan.estimatedDrift },
    before: expected(start),
    after,
    grid: { ...expected(gridState), runs: grid.map((run) => ({ ...run, seeds: 1 })) },
    gridCost: gridCost(plan, design.criterion(weights), options.flops) / (flops / options.flops),
    limits: range,
    candidates: affordable,
    curve: [
      ...(options.shares ?? SHARES).map((share) => {
        const budget = share * options.flops;
        const part = searchDesign(start, { ...limits, flops: budget });
        return { flops: budget, design: errorsAlone(part), grid: errorsAlone(plan.with(plan.grid(budget))) };
      }),
      { flops: options.flops, design: errorsAlone(design), grid: errorsAlone(gridState) },
    ],
    warnings: nextDesignWarnings({
      records,
      fit,
      runs,
      target: target.flops,
      driftShare: 1 - (after.loss.byNoise / after.loss.standardError) ** 2,
      plan,
    }),
  };
}

const SHARES = [1 / 16, 1 / 8, 1 / 4, 1 / 2] as const;
const MOST_RUNS = 24;

function proposed({ candidates, counts }: DesignState): ProposedRun[] {
  return candidates
    .flatMap((run, j) => (counts[j]! > 0 ? [{ ...run, seeds: counts[j]! }] : []))
    .sort((p, q) => p.flops - q.flops || p.parameters - q.parameters);
}

function expectedErrors(state: DesignState, laws: readonly DrawnLaw[]): ExpectedErrors {
  const [all, noise] = [state.variances(), state.variances(0)];
  const of = (answer: "loss" | "parameters"): ExpectedError => {
    const errors = all.map((v) => Math.sqrt(v[answer]));
    return {
      standardError: geometricMean(errors),
      range95: central95(errors),
      byNoise: geometricMean(noise.map((v) => Math.sqrt(v[answer]))),
    };
  };
  const { halfCurvature, returnOnCompute } = laws[0]!.target;
  const parameters = of("parameters");
  return {
    loss: of("loss"),
    parameters,
    computeLost: (halfCurvature * parameters.standardError ** 2) / returnOnCompute,
  };
}

function errorsAlone(state: DesignState): { loss: number; parameters: number } {
  const variances = state.variances();
  const of = (answer: "loss" | "parameters") => geometricMean(variances.map((v) => Math.sqrt(v[answer])));
  return { loss: of("loss"), parameters: of("parameters") };
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(Math.log)));
}

/**
 * The multiple of the budget at which the grid does as well, by bisection in its logarithm: above one where at the same cost it is worse.
 * Below, no farther than to runs as small as may be proposed: smaller ones would be judged by a law that nothing holds there.
 */
function gridCost(plan: NextPlan, wanted: number, flops: number): number {
  const value = (factor: number) => plan.with(plan.grid(factor * flops)).criterion(plan.weights);
  const smallest = (plan.range.flops[0] * plan.grid(flops / 64).length) / flops;
  const [least, most] = [Math.min(1, Math.max(1 / 64, smallest)), 64];
  let [low, high] = value(1) <= wanted ? [least, 1] : [1, most];
  if (high === most && value(most) > wanted) return Number.POSITIVE_INFINITY;
  if (high === 1 && value(least) <= wanted) return least;
  while (high / low > 1.01) {
    const middle = Math.sqrt(low * high);
    if (value(middle) <= wanted) high = middle;
    else low = middle;
  }
  return high;
}

function noCandidates({ flops }: NextDesignOptions, { range, seeds }: NextPlan): IsoflopError {
  return new IsoflopError({
    code: "no-candidates",
    message: `No run from ${range.flops[0].toExponential(2)} to ${range.flops[1].toExponential(2)} FLOPs (${seeds} ${seeds === 1 ? "seed" : "seeds"}) fits into ${flops.toExponential(2)} FLOPs and into the sizes and tokens that may be tried.`,
    hint: "Raise the budget, or lower the least FLOPs of one run.",
  });
}
