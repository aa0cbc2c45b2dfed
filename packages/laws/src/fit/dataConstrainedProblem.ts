import { type ChinchillaParameters, chinchillaParametersForTokens } from "../laws/chinchilla.js";
import {
  type DecayForm,
  decayRate,
  scaleOfDecay,
  type WorthDerivatives,
  worthDerivatives,
  worthOfRepeats,
} from "../laws/forms/repetition.js";
import type { NewtonProblem } from "../numerics/boundedNewton.js";
import type { RunRecord } from "../record.js";

/** What the data-constrained fit knows of each run. */
export interface RepetitionData {
  readonly parameters: Float64Array;
  readonly tokens: Float64Array;
  /** U_D, at most D. */
  readonly unique: Float64Array;
  readonly logLoss: Float64Array;
}

/** Bounds of delta = 1/(1 + R*): from no decay to R* = 1e-4. Equal bounds hold a delta where it is. */
export interface DecayBounds {
  readonly data: readonly [low: number, high: number];
  readonly model: readonly [low: number, high: number];
}

export const FREE_DECAY = [0, 1 / (1 + 1e-4)] as const;
export const NO_DECAY_BOUNDS = [0, 0] as const;

export function repetitionData(records: readonly RunRecord[]): RepetitionData {
  return {
    parameters: Float64Array.from(records, (r) => r.parameters),
    tokens: Float64Array.from(records, (r) => r.tokens),
    unique: Float64Array.from(records, (r) => Math.min(r.uniqueTokens ?? r.tokens, r.tokens)),
    logLoss: Float64Array.from(records, (r) => Math.log(r.loss)),
  };
}

/** Under fixed base constants: what each term of a run would be without repeats, and how often it repeats. */
export interface RepeatedTerms {
  readonly E: number;
  /** A / U_N^alpha and R_N = N/U_N - 1. */
  readonly model: Float64Array;
  readonly modelRepeats: Float64Array;
  readonly alpha: number;
  /** B / U_D^beta and R_D = D/U_D - 1. */
  readonly data: Float64Array;
  readonly dataRepeats: Float64Array;
  readonly beta: number;
}

export function repeatedTerms(
  { parameters, tokens, unique }: RepetitionData,
  base: ChinchillaParameters,
): RepeatedTerms {
  const fed = unique.map((u, i) => Math.min(chinchillaParametersForTokens(base, u), parameters[i]!));
  return {
    E: base.E,
    model: fed.map((n) => base.A * n ** -base.alpha),
    modelRepeats: fed.map((n, i) => parameters[i]! / n - 1),
    alpha: base.alpha,
    data: unique.map((u) => base.B * u ** -base.beta),
    dataRepeats: unique.map((u, i) => tokens[i]! / u - 1),
    beta: base.beta,
  };
}

/**
 * The objective over delta_D = 1/(1 + R_D*) and delta_N, base constants held: the weighted sum of Huber(threshold) of
 * ln-loss residuals, with its exact gradient and Hessian (as Approach 3's, parametricObjective.ts). In delta, no decay
 * (R* infinite) is an end of the range like any other. An infinite threshold gives half the sum of squares.
 */
export function repetitionProblem(
  terms: RepeatedTerms,
  logLoss: Float64Array,
  weights: Float64Array,
  threshold: number,
  form: DecayForm,
  bounds: DecayBounds,
): NewtonProblem {
  const model: WorthDerivatives = [0, 0, 0, 0];
  const data: WorthDerivatives = [0, 0, 0, 0];
  const { alpha, beta } = terms;
  const drawn = [...logLoss.keys()].filter((i) => weights[i] !== 0);
  return {
    lower: [bounds.data[0], bounds.model[0]],
    upper: [bounds.data[1], bounds.model[1]],
    value([deltaD, deltaN]) {
      const dataRate = decayRate(scaleOfDecay(deltaD!), form);
      const modelRate = decayRate(scaleOfDecay(deltaN!), form);
      let sum = 0;
      for (const i of drawn) {
        const d = worthOfRepeats(terms.dataRepeats[i]!, dataRate);
        const m = worthOfRepeats(terms.modelRepeats[i]!, modelRate);
        const tokens = terms.data[i]! * (d === 0 ? 1 : (1 + d) ** -beta);
        const parameters = terms.model[i]! * (m === 0 ? 1 : (1 + m) ** -alpha);
        const size = Math.abs(Math.log(terms.E + tokens + parameters) - logLoss[i]!);
        sum += weights[i]! * (size <= threshold ? 0.5 * size * size : threshold * (size - 0.5 * threshold));
      }
      return sum;
    },
    derivatives(x, gradient, hessian, metric) {
      gradient.fill(0);
      hessian.fill(0);
      metric.fill(0);
      let sum = 0;
      for (const i of drawn) {
        const weight = weights[i]!;
        worthDerivatives(terms.dataRepeats[i]!, x[0]!, form, data);
        worthDerivatives(terms.modelRepeats[i]!, x[1]!, form, model);
        const d = terms.data[i]! * (1 + data[0]) ** -beta;
        const m = terms.model[i]! * (1 + model[0]) ** -alpha;
        const prediction = terms.E + d + m;
        const r = Math.log(prediction) - logLoss[i]!;
        const size = Math.abs(r);
        const inside = size <= threshold;
        sum += weight * (inside ? 0.5 * r * r : threshold * (size - 0.5 * threshold));
        const slope = weight * (inside ? r : Math.sign(r) * threshold);
        const bend = (inside ? weight : 0) - slope;
        const touching = inside ? weight : (weight * threshold) / size;
        // First and second derivatives by delta of t = c (1 + w(delta))^-exponent, over the prediction.
        const byData = data[1] / (1 + data[0]);
        const byModel = model[1] / (1 + model[0]);
        const g = (-beta * d * byData) / prediction;
        const h = (-alpha * m * byModel) / prediction;
        const gg = (beta * d * ((beta + 1) * byData * byData - data[2] / (1 + data[0]))) / prediction;
        const hh = (alpha * m * ((alpha + 1) * byModel * byModel - model[2] / (1 + model[0]))) / prediction;
        gradient[0] = gradient[0]! + slope * g;
        gradient[1] = gradient[1]! + slope * h;
        hessian[0] = hessian[0]! + bend * g * g + slope * gg;
        hessian[1] = hessian[1]! + bend * g * h;
        hessian[3] = hessian[3]! + bend * h * h + slope * hh;
        metric[0] = metric[0]! + touching * g * g;
        metric[1] = metric[1]! + touching * g * h;
        metric[3] = metric[3]! + touching * h * h;
      }
      hessian[2] = hessian[1]!;
      metric[2] = metric[1]!;
      return sum;
    },
  };
}
