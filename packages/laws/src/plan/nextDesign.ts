import { IsoflopError } from "../error.js";
import type { ParametricFit } from "../fit/parametric.js";
import type { FitWarning, Interval } from "../fit/result.js";
import type { ChinchillaParameters } from "../laws/chinchilla.js";
import { central95, mean } from "../numerics/statistics.js";
import type { RunRecord } from "../record.js";
import { FEWEST_DRAWS } from "../uncertainty/bootstrap.js";
import {
  type CandidateRange,
  candidateGrid,
  candidateRange,
  type RegularGrid,
  regularGrid,
  type Size,
} from "./nextDesignCandidates.js";
import { placer } from "./nextDesignDrift.js";
import { errorsOf, estimatorVariance, noiseAlone } from "./nextDesignErrors.js";
import { type Centre, targetOf } from "./nextDesignLaw.js";
import { searchDesign } from "./nextDesignSearch.js";
import {
  type Candidate,
  type DesignState,
  type DrawnLaw,
  designState,
  type Errors,
  type Weights,
} from "./nextDesignState.js";
import { nextDesignWarnings } from "./nextDesignWarnings.js";

/** Which answer at the target shall tighten. */
export type NextObjective = "loss" | "parameters" | "both";

/** What runs to add are chosen by. */
export interface NextDesignOptions {
  /** FLOPs for all runs to be added. */
  readonly flops: number;
  /** FLOPs of the training run that is forecast; default: ten times the largest run so far. */
  readonly target?: number;
  /** Default "both": the mean of the two log variances. */
  readonly objective?: NextObjective;
  /** FLOPs of one run at the most; default: a quarter of `flops`, but not more than half the target. */
  readonly maxRun?: number;
  /** FLOPs of one run at the least; default: the smallest run so far, or a thousandth of the largest allowed. */
  readonly minRun?: number;
  /** How many runs at the most, seeds counted; default 24. */
  readonly runs?: number;
  /** Seeds of every point; default 1 (the same point may still be chosen more than once). */
  readonly seeds?: number;
  /**
   * How far the truth may wander off the law over an e-fold of N or D: standard deviation in ln loss. Default: the largest that the
   * runs do not speak against (95 %). 0 trusts the law wherever it is asked.
   */
  readonly drift?: number;
  /** Tokens of one run at the most: those of the corpus. */
  readonly mostTokens?: number;
  /** The sizes that can be built; default: any. */
  readonly sizes?: readonly Size[];
  /** The isoFLOP grid to compare with; default 7 sizes over a factor of 8. */
  readonly grid?: RegularGrid;
  /** Parts of the budget for which both ways are worked out, beside the whole; default a sixteenth, an eighth, a quarter, a half. */
  readonly shares?: readonly number[];
}

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

const WEIGHTS: Readonly<Record<NextObjective, Weights>> = {
  loss: { loss: 1, parameters: 0 },
  parameters: { loss: 0, parameters: 1 },
  both: { loss: 0.5, parameters: 0.5 },
};

/** Draws of the law that designs are averaged over. */
const DRAWS = 16;

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

/** What a design is judged by, worked out once. */
export interface NextPlan {
  readonly target: { readonly flops: number };
  readonly optimum: { readonly parameters: number; readonly tokens: number; readonly loss: number };
  readonly objective: NextObjective;
  readonly weights: Weights;
  readonly seeds: number;
  readonly cost: ParametricFit["compute"];
  readonly range: CandidateRange;
  readonly errors: Errors;
  /** Of one run, as measured. */
  readonly noise: number;
  readonly estimatedDrift: number;
  readonly laws: readonly DrawnLaw[];
  /** Whether the laws are draws, or the fit's one law for want of them. */
  readonly drawn: boolean;
  state(candidates: readonly Candidate[]): DesignState;
  /** The runs so far with these added. */
  with(added: readonly Candidate[]): DesignState;
  grid(flops: number): Candidate[];
}

function planOf(records: readonly RunRecord[], fit: ParametricFit, options: NextDesignOptions): NextPlan {
  if (Object.keys(fit.setting.fixed).length > 0 || fit.setting.tied) {
    throw new IsoflopError({
      code: "held-parameters",
      message: "Designs are for fits of all five parameters; this one holds some, or ties its exponents.",
      hint: "Fit without fixed and tied parameters.",
    });
  }
  const largest = records.reduce((most, r) => Math.max(most, r.flops), 0);
  const smallest = records.reduce((least, r) => Math.min(least, r.flops), Number.POSITIVE_INFINITY);
  const target = options.target ?? TARGET_REACH * largest;
  const maxRun = options.maxRun ?? Math.min(options.flops * LARGEST_SHARE, target / 2);
  const minRun = Math.min(options.minRun ?? Math.max(smallest, maxRun / 1000), maxRun);
  const seeds = options.seeds ?? 1;
  const objective = options.objective ?? "both";
  const centre: Centre = {
    logN: mean(records.map((r) => Math.log(r.parameters))),
    logD: mean(records.map((r) => Math.log(r.tokens))),
  };
  const cost = fit.compute;
  const placeOf = placer(fit.parameters, cost);
  const optimum = targetOf(fit.parameters, centre, target, cost);
  const estimate = errorsOf(records, fit, centre, placeOf);
  const drift = options.drift ?? estimate.upper;
  const noise = drift === 0 ? noiseAlone(fit) : estimate.noise;
  const errors: Errors = {
    noise: noise * Math.sqrt(estimatorVariance(fit.setting, noise)),
    drift,
    at: placeOf(optimum),
    placeOf,
  };
  const drawn = drawnLaws(fit).map((law) => ({ law, target: targetOf(law, centre, target, cost) }));
  const laws = drawn.length > 0 ? drawn : [{ law: fit.parameters, target: optimum }];
  const state = (candidates: readonly Candidate[]) => {
    const made = designState(records, candidates, laws, centre, errors);
    if (made.variances().length > 0) return made;
    throw new IsoflopError({
      code: "undetermined-law",
      message:
        "These runs do not determine the five parameters of the law: what further runs would add cannot be told.",
      hint: "Train a small ladder first: three sizes at three budgets.",
    });
  };
  return {
    target: { flops: target },
    optimum: { parameters: optimum.parameters, tokens: optimum.tokens, loss: optimum.loss },
    objective,
    weights: WEIGHTS[objective],
    seeds,
    cost,
    range: candidateRange(records, fit.parameters, cost, [minRun, maxRun], options.mostTokens),
    errors,
    noise,
    estimatedDrift: estimate.drift,
    laws,
    drawn: drawn.length > 0,
    state,
    with: (added) => {
      const made = state(added);
      for (const [j] of added.entries()) made.add(j, 1);
      return made;
    },
    // More FLOPs buy a grid of larger runs, by the same rule.
    grid: (flops) =>
      regularGrid(
        options.grid ?? GRID,
        flops,
        Math.max(maxRun, Math.min(flops * LARGEST_SHARE, target / 2)),
        fit.parameters,
        cost,
      ),
  };
}

/** A forecast is for so many times the largest run, where no target is given. */
const TARGET_REACH = 10;
/** One run in four may fail without taking half of the budget with it. */
const LARGEST_SHARE = 0.25;
const GRID: RegularGrid = { sizes: 7, span: 8 };

/** Some of the fit's bootstrap draws, evenly; none where there are too few. */
function drawnLaws({ draws }: ParametricFit): ChinchillaParameters[] {
  const { names, rows } = draws;
  if (rows.length < FEWEST_DRAWS) return [];
  const count = Math.min(DRAWS, rows.length);
  return Array.from({ length: count }, (_, k) => {
    const row = rows[Math.floor((k * rows.length) / count)]!;
    const value = (name: string) => row[names.indexOf(name)]!;
    return { E: value("E"), A: value("A"), B: value("B"), alpha: value("alpha"), beta: value("beta") };
  });
}

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

/** The multiple of the budget at which the grid does as well, by bisection in its logarithm. */
function gridCost(plan: NextPlan, wanted: number, flops: number): number {
  const value = (factor: number) => plan.with(plan.grid(factor * flops)).criterion(plan.weights);
  let [low, high] = [1 / 64, 64];
  if (value(high) > wanted) return Number.POSITIVE_INFINITY;
  if (value(low) <= wanted) return low;
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
