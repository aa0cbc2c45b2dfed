import { IsoflopError } from "../error.js";
import type { ParametricFit } from "../fit/parametric.js";
import type { ChinchillaParameters } from "../laws/chinchilla.js";
import { mean } from "../numerics/statistics.js";
import type { RunRecord } from "../record.js";
import { FEWEST_DRAWS } from "../uncertainty/bootstrap.js";
import {
  type CandidateRange,
  candidateRange,
  type RegularGrid,
  regularGrid,
  type Size,
} from "./nextDesignCandidates.js";
import { placer } from "./nextDesignDrift.js";
import { errorsOf, estimatorVariance, noiseAlone } from "./nextDesignErrors.js";
import { type Centre, targetOf } from "./nextDesignLaw.js";
import {
  type Candidate,
  type DesignState,
  type DrawnLaw,
  designState,
  type Errors,
  type Weights,
} from "./nextDesignState.js";

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

/** @throws IsoflopError "held-parameters", "undetermined-law" */
export function planOf(records: readonly RunRecord[], fit: ParametricFit, options: NextDesignOptions): NextPlan {
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

const WEIGHTS: Readonly<Record<NextObjective, Weights>> = {
  loss: { loss: 1, parameters: 0 },
  parameters: { loss: 0, parameters: 1 },
  both: { loss: 0.5, parameters: 0.5 },
};

/** Draws of the law that designs are averaged over. */
const DRAWS = 16;
