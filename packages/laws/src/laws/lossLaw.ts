import type { Optimum } from "../fit/result.js";
import type { ComputeCost } from "../model/computeCost.js";

/** What a parameter of a law is. */
export interface ParameterDescription {
  /** "nats/token", "tokens^beta", "1" for pure numbers, …. */
  readonly unit: string;
  readonly meaning: string;
}

/** Values of a law's named parameters. */
export type Parameters<Name extends string> = Readonly<Record<Name, number>>;

/** A law of the loss in nats per token over model size N (parameters) and data D (tokens). */
export interface LossLaw<Name extends string> {
  readonly name: string;
  /** The formula, in plain text. */
  readonly form: string;
  /** Paper and equation. */
  readonly source: string;
  readonly parameters: Readonly<Record<Name, ParameterDescription>>;
  /** L(N, D), nats per token. */
  loss(parameters: Parameters<Name>, n: number, d: number): number;
  /** dL / d(parameter), analytic. */
  gradient(parameters: Parameters<Name>, n: number, d: number): Record<Name, number>;
  /** The N and D of least loss for a compute budget in FLOPs. */
  optimum(parameters: Parameters<Name>, flops: number, cost?: ComputeCost): Optimum;
}
