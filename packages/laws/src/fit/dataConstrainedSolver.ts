import { type ChinchillaParameters, chinchillaParametersForTokens } from "../laws/chinchilla.js";
import type { DataConstrainedParameters } from "../laws/dataConstrained.js";
import { type DecayForm, decayOfScale, scaleOfDecay } from "../laws/forms/repetition.js";
import type { NewtonProblem } from "../numerics/boundedNewton.js";
import { centreOf, fromJoint, jointProblem, toJoint } from "./dataConstrainedJointProblem.js";
import {
  FREE_DECAY,
  NO_DECAY_BOUNDS,
  type RepetitionData,
  repeatedTerms,
  repetitionProblem,
} from "./dataConstrainedProblem.js";
import { APART, decayDistance, descendThrough, distinctMinima, repetitionStarts } from "./dataConstrainedSearch.js";
import { conditionsAt, type NewtonConditions } from "./newtonConditions.js";
import type { ResidualLoss } from "./parametricData.js";
import type { HeldSearch } from "./variableProfile.js";

/** Where a descent ended. */
export interface Minimum {
  readonly parameters: DataConstrainedParameters;
  /** In the convention of the residual loss: huber summed, lad and mse averaged. */
  readonly objective: number;
  readonly converged: boolean;
}

/** A search of the data-constrained fit. */
export interface DataConstrainedSearch extends HeldSearch {
  parametersAt(x: readonly number[]): DataConstrainedParameters;
}

export interface SolverChoices {
  /** Whether E, A, B, alpha, beta move too. */
  readonly joint: boolean;
  readonly freed: readonly ("RD" | "RN")[];
  readonly form: DecayForm;
  readonly loss: ResidualLoss;
  readonly delta: number;
}

/** At most so many minima are polished jointly and kept. */
const MOST_MINIMA = 8;

/** Least absolute deviations is the limit of a vanishing threshold. */
const LAD_PATH = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9];

/** Minimises one data set's objective, again and again for resamples. */
export function dataConstrainedSolver(data: RepetitionData, choices: SolverChoices) {
  const { joint, freed, form, loss, delta } = choices;
  const path = loss === "huber" ? [delta] : loss === "lad" ? LAD_PATH : [Number.POSITIVE_INFINITY];
  const centre = centreOf(data);
  const once = new Float64Array(data.logLoss.length).fill(1);
  const decays = (p: { readonly RD: number; readonly RN: number }) => [decayOfScale(p.RD), decayOfScale(p.RN)];
  const bounds = (base: ChinchillaParameters) => ({
    data: freed.includes("RD") ? FREE_DECAY : NO_DECAY_BOUNDS,
    // Without excess parameters R_N* has no effect, and stays at no decay.
    model: freed.includes("RN") && excessOf(base) > 0 ? FREE_DECAY : NO_DECAY_BOUNDS,
  });

  function excessOf(base: ChinchillaParameters): number {
    return data.parameters.filter((n, i) => n > chinchillaParametersForTokens(base, data.unique[i]!) * (1 + 1e-9))
      .length;
  }

  function problems(base: ChinchillaParameters, weights: Float64Array, logLoss: Float64Array): NewtonProblem[] {
    const terms = repeatedTerms(data, base);
    const limits = bounds(base);
    return path.map((threshold) =>
      joint
        ? jointProblem(data, centre, logLoss, weights, threshold, form, limits)
        : repetitionProblem(terms, logLoss, weights, threshold, form, limits),
    );
  }

  function descend(
    through: readonly NewtonProblem[],
    base: ChinchillaParameters,
    start: readonly number[],
    weights: Float64Array,
    iterations: number,
  ): Minimum {
    const found = descendThrough(through, joint ? toJoint(base, start, centre) : start, iterations);
    const [deltaD, deltaN] = found.x.slice(-2) as [number, number];
    const objective = loss === "huber" ? found.value : averaged(found.value, weights);
    return {
      parameters: {
        ...(joint ? fromJoint(found.x, centre) : pick(base)),
        RD: scaleOfDecay(deltaD),
        RN: scaleOfDecay(deltaN),
      },
      objective,
      converged: found.converged,
    };
  }

  /** Half the sum of squares to its mean; delta times the sum of |r| (to half of delta each) likewise. */
  function averaged(value: number, weights: Float64Array): number {
    const runs = weights.reduce((sum, w) => sum + w, 0);
    const last = path.at(-1)!;
    return loss === "mse" ? (2 * value) / runs : value / last / runs + last / 2;
  }

  return {
    /** Runs with more parameters than their unique tokens can feed. */
    excess: excessOf,

    /** Every minimum that is found, the lowest or the one reached from `near` first. */
    minima(base: ChinchillaParameters, near?: { readonly RD: number; readonly RN: number }): Minimum[] {
      const terms = repeatedTerms(data, base);
      const last = path.at(-1)!;
      const starts = repetitionStarts(terms, data.logLoss, last, form, bounds(base));
      const through = problems(base, once, data.logLoss);
      const from = (start: readonly number[]) => descend(through, base, start, once, 300);
      const found = distinctMinima(
        [...starts.map(([RD, RN]) => from(decays({ RD, RN }))), ...(near ? [from(decays(near))] : [])],
        (m) => decays(m.parameters),
      );
      const chosen = near && from(decays(near)).parameters;
      const first = chosen && found.find((m) => decayDistance(decays(m.parameters), decays(chosen)) < APART);
      return (first ? [first, ...found.filter((m) => m !== first)] : found).slice(0, MOST_MINIMA);
    },

    /** The lowest minimum of a resample that the two best of the given ones lead to. */
    refit(
      base: ChinchillaParameters,
      starts: readonly Minimum[],
      weights: Float64Array,
      logLoss: Float64Array,
    ): Minimum {
      const through = problems(base, weights, logLoss);
      const first = through[0]!;
      const positions = starts.map((start) => {
        const own = joint ? start.parameters : base;
        const delta = decays(start.parameters);
        return { own, delta, value: first.value(Float64Array.from(joint ? toJoint(own, delta, centre) : delta)) };
      });
      return positions
        .sort((p, q) => p.value - q.value)
        .slice(0, 2)
        .map(({ own, delta }) => descend(through, own, delta, weights, 100))
        .reduce((least, m) => (m.objective < least.objective ? m : least));
    },

    /** The search from a minimum, its variables free to be held; the last two are the decays of R_D* and R_N*. */
    search(at: DataConstrainedParameters): DataConstrainedSearch {
      const through = problems(at, once, data.logLoss);
      const last = through.at(-1)!;
      const start = joint ? toJoint(at, decays(at), centre) : decays(at);
      const found = descendThrough(through, start, 300);
      const parametersAt = (x: readonly number[]): DataConstrainedParameters => ({
        ...(joint ? fromJoint(x, centre) : pick(at)),
        RD: scaleOfDecay(x.at(-2)!),
        RN: scaleOfDecay(x.at(-1)!),
      });
      return {
        best: found.x,
        least: found.value,
        lower: last.lower,
        upper: last.upper,
        parametersAt,
        minimise: (lower, upper, from) =>
          descendThrough(
            through.map((problem) => ({ ...problem, lower, upper })),
            from,
            100,
          ),
      };
    },

    /** What the derivatives say of a minimum; its last two variables are the decays of R_D* and R_N*. */
    conditions(at: DataConstrainedParameters): NewtonConditions {
      const delta = decays(at);
      return conditionsAt(problems(at, once, data.logLoss).at(-1)!, joint ? toJoint(at, delta, centre) : delta);
    },

    /** Index of the minimum that a refit is nearest to, in ln delta. */
    nearest(refit: Minimum, minima: readonly Minimum[]): number {
      const distances = minima.map((m) => decayDistance(decays(m.parameters), decays(refit.parameters)));
      return distances.indexOf(Math.min(...distances));
    },
  };
}

function pick({ E, A, B, alpha, beta }: ChinchillaParameters): ChinchillaParameters {
  return { E, A, B, alpha, beta };
}
