import type { Optimum } from "../fit/result.js";
import type { ComputeCost } from "../model/computeCost.js";
import type { Law, Parameters } from "./law.js";

export type { ParameterDescription, Parameters } from "./law.js";

/** A law that says how to spend a compute budget. */
export interface AllocatingLaw<Name extends string = string, Input extends string = string> extends Law<Name, Input> {
  /** The N and D of least loss for a compute budget in FLOPs. */
  optimum(parameters: Parameters<Name>, flops: number, cost?: ComputeCost): Optimum;
}

/** A law of the loss in nats per token over model size N (parameters) and data D (tokens). */
export interface LossLaw<Name extends string> extends AllocatingLaw<Name, "N" | "D"> {
  /** L(N, D), nats per token: `value` for hot paths. */
  loss(parameters: Parameters<Name>, n: number, d: number): number;
}
