import type { Interval, Optimum, OptimumIntervals } from "../fit/result.js";
import type { ChinchillaParameters } from "../laws/chinchilla.js";
import type { DecayForm } from "../laws/forms/repetition.js";
import type { ComputeCost } from "../model/computeCost.js";
import type { CountingConvention } from "../record.js";

/** How repeated data and excess parameters lose their value (Muennighoff et al. 2023). */
export interface Repetition {
  /** R_D*, repetitions. */
  readonly RD: number;
  /** R_N*. */
  readonly RN: number;
  readonly form: DecayForm;
  /** Where they come from. */
  readonly source: string;
  /** Intervals of the optimum for C FLOPs on U unique tokens, where they come with draws. */
  intervals95?(flops: number, uniqueTokens: number): (OptimumIntervals & { readonly epochs: Interval }) | undefined;
}

/** A law that says what to train for a budget: published, or made from a fit. Holds functions, so it is not JSON. */
export interface NamedLaw {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  /** How the law counts N and C. */
  readonly convention: CountingConvention;
  /** What the reader should know of the constants. */
  readonly notes: readonly string[];
  /** The largest compute among the runs that the law was fitted to, FLOPs, where that is known; beyond it the law extrapolates. */
  readonly largestFlops?: number;
  /** The smallest likewise. */
  readonly smallestFlops?: number;
  /** N_opt, D_opt and, where the law predicts it, the loss, for C FLOPs in the law's convention. */
  optimum(flops: number): Optimum;
  /**
   * L(N, D) in nats per token of the paper's own text and tokenizer; absent where the law does not give it. Its least
   * along an isoFLOP is `optimum`.
   */
  loss?(n: number, d: number): number;
  /** The constants, where the law is E + A/N^alpha + B/D^beta. */
  readonly chinchilla?: ChinchillaParameters;
  /** How C follows from N and D; 6ND when absent. */
  readonly compute?: ComputeCost;
  /** What the reader should know of the optimum for C FLOPs in particular. */
  cautions?(flops: number): readonly string[];
  /** How repeats lose their value; where absent, plans for few unique tokens take Muennighoff's R_D* and R_N*. */
  readonly repetition?: Repetition;
  /** Why there are no intervals, where the usual reason (point estimates alone) does not hold. */
  readonly withoutIntervals?: string;
  /** Intervals of the optimum, where the law comes with its draws. */
  intervals95?(flops: number): OptimumIntervals | undefined;
}
