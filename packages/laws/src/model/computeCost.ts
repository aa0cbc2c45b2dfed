/**
 * How training compute follows from model and data: C = coefficient * N^exponent * D. For 6ND, {6, 1}. Small models
 * under Kaplan's or Hoffmann's conventions cost more than 6N a token, by a share that falls with N: there an exponent
 * below one describes a ladder closely.
 */
export interface ComputeCost {
  /** FLOPs per token and parameter^exponent. */
  readonly coefficient: number;
  readonly exponent: number;
}

/** C = 6 N D (Kaplan et al. 2020, section 2.1). */
export const sixND: ComputeCost = { coefficient: 6, exponent: 1 };

/** C for N parameters and D tokens. */
export function computeOf(cost: ComputeCost, n: number, d: number): number {
  return cost.coefficient * n ** cost.exponent * d;
}

/** The D that spends C on N parameters. */
export function tokensFor(cost: ComputeCost, flops: number, n: number): number {
  return flops / (cost.coefficient * n ** cost.exponent);
}
