import { IsoflopError } from "../error.js";
import type { ChinchillaParameterName } from "../laws/chinchilla.js";
import { ALPHA, BETA, LARGEST_EXPONENT, LEAST_AMPLITUDE, LEAST_EXPONENT } from "./parametricData.js";

/** In the order of the search variables. */
const NAMES = ["A", "B", "E", "alpha", "beta"] as const;

/** Parameters held at a value, in the law's own units. */
export type FixedParameters = Readonly<Partial<Record<ChinchillaParameterName, number>>>;

/** Which of A', B', E', alpha, beta are searched, and between which bounds; fixed ones have equal bounds. */
export interface ParametricModel {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** beta = ratio * alpha, where beta is not a variable of its own. */
  readonly ratio: number | undefined;
  /** Free parameters. */
  readonly size: number;
}

/**
 * @param level geometric mean of the losses: the unit of the amplitudes
 * @throws IsoflopError "bad-fixed" for a value that is no such parameter's; "nothing-to-fit"
 */
export function parametricModel(level: number, fixed: FixedParameters = {}, tied = false): ParametricModel {
  const unknown = Object.keys(fixed).find((name) => !(NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) throw badFixed(`The law has no parameter "${unknown}" to hold.`);
  const values = { ...fixed };
  if (tied) {
    if (values.alpha !== undefined && values.beta !== undefined && values.alpha !== values.beta) {
      throw badFixed("alpha = beta is asked for, but they are fixed at different values.");
    }
    const common = values.alpha ?? values.beta;
    if (common !== undefined) values.alpha = values.beta = common;
  }
  const lower = Float64Array.of(LEAST_AMPLITUDE, LEAST_AMPLITUDE, 0, LEAST_EXPONENT, LEAST_EXPONENT);
  const upper = Float64Array.of(1e12, 1e12, 1e12, LARGEST_EXPONENT, LARGEST_EXPONENT);
  const ratio = tied && values.alpha === undefined ? 1 : undefined;
  let size = ratio === undefined ? 5 : 4;
  for (const [i, name] of NAMES.entries()) {
    const value = values[name];
    if (value === undefined) continue;
    if (!(Number.isFinite(value) && (value > 0 || (name === "E" && value === 0)))) {
      throw badFixed(
        `${name} cannot be held at ${value}: it is a ${name === "E" ? "loss, at least 0" : "positive number"}.`,
      );
    }
    const inUnits = i < ALPHA ? value / level : value;
    lower[i] = inUnits;
    upper[i] = inUnits;
    size--;
  }
  if (size === 0) {
    throw new IsoflopError({
      code: "nothing-to-fit",
      message: "All parameters of L(N, D) are fixed: nothing is left to fit.",
      hint: "Leave at least one parameter free.",
    });
  }
  return { lower, upper, ratio, size };
}

function badFixed(message: string): IsoflopError {
  return new IsoflopError({
    code: "bad-fixed",
    message,
    hint: "Give values in the law's own units, as a fit prints them: E in nats per token, A, B, alpha, beta.",
  });
}

/** Folds the gradient, and the Hessian (5 x 5, full), of functions of theta into those of the free variables. */
export function foldTied(ratio: number, gradient: Float64Array, hessian: Float64Array): void {
  const at = (r: number, s: number) => r * 5 + s;
  gradient[ALPHA]! += ratio * gradient[BETA]!;
  hessian[at(ALPHA, ALPHA)]! += ratio * (2 * hessian[at(BETA, ALPHA)]! + ratio * hessian[at(BETA, BETA)]!);
  for (let i = 0; i < ALPHA; i++) {
    hessian[at(ALPHA, i)]! += ratio * hessian[at(BETA, i)]!;
    hessian[at(i, ALPHA)] = hessian[at(ALPHA, i)]!;
  }
  gradient[BETA] = 0;
  for (let i = 0; i < 5; i++) hessian[at(BETA, i)] = hessian[at(i, BETA)] = 0;
}
