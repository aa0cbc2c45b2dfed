import { amplitudeFit, type Triple } from "./parametricAmplitudes.js";
import { ALPHA, BETA, E, type ParametricData } from "./parametricData.js";
import type { ParametricModel } from "./parametricModel.js";
import { LEAST_START } from "./parametricSearch.js";

/** Starts whose descents meet, and how many they are. */
export interface SharedStart {
  readonly theta: Float64Array;
  readonly count: number;
}

const LOG_AMPLITUDES = [0, 5, 10, 15, 20, 25];
const LOG_FLOORS = [-1, -0.5, 0, 0.5, 1];
const GRID_EXPONENTS = [0, 0.5, 1, 1.5, 2];

/**
 * The 4,500 starts of Hoffmann et al. 2022, appendix D.2: ln A, ln B in {0, 5, ..., 25}, ln E in {-1, -.5, ..., 1}, alpha,
 * beta in {0, .5, ..., 2}. Each first descends in its three log-amplitudes, exponents held, to the least squares of its ln
 * residuals, of a few rows and then of all; a path that comes within a thousandth of the end of an earlier one there has met
 * it. Starts that have met go on as one, by Huber's loss in all five variables. An exponent of 0 is raised to its bound.
 */
export function hoffmannStarts(data: ParametricData, model: ParametricModel): SharedStart[] {
  const starts: SharedStart[] = [];
  const level = data.centreLoss;
  for (const gridAlpha of GRID_EXPONENTS) {
    for (const gridBeta of GRID_EXPONENTS) {
      const alpha = clamp(gridAlpha, model, ALPHA);
      const beta = model.ratio === undefined ? clamp(gridBeta, model, BETA) : model.ratio * alpha;
      const fit = amplitudeFit(data, model, alpha, beta);
      const met = new Map<Triple, number>();
      for (const a of LOG_AMPLITUDES) {
        for (const b of LOG_AMPLITUDES) {
          for (const e of LOG_FLOORS) {
            const end = fit([a - gridAlpha * data.centreN - level, b - gridBeta * data.centreD - level, e - level]);
            met.set(end, (met.get(end) ?? 0) + 1);
          }
        }
      }
      for (const [end, count] of met) {
        const theta = Float64Array.of(...end, alpha, beta);
        for (let i = 0; i < ALPHA; i++) {
          theta[i] = clamp(theta[i]!, model, i);
          if (i !== E && model.lower[i] !== model.upper[i]) theta[i] = Math.max(theta[i]!, LEAST_START);
        }
        starts.push({ theta, count });
      }
    }
  }
  return starts;
}

function clamp(value: number, model: ParametricModel, index: number): number {
  return Math.min(Math.max(value, model.lower[index]!), model.upper[index]!);
}
