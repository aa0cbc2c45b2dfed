import type { Interval } from "@isoflop/laws";

/** How much worse the best fit becomes with one quantity held at a value (Venzon & Moolgavkar 1988). */
export interface LikelihoodProfile {
  /** "E", "alpha", "N_opt". */
  readonly name: string;
  readonly estimate: number;
  readonly interval95?: Interval;
  /** Ends that the interval does not have: the quantity may go on from there at no cost, or a bound stops it. */
  readonly open?: readonly ("low" | "high")[];
  /** The least objective with the quantity at `value`, less the least of all; values ascending. */
  readonly points: readonly { readonly value: number; readonly rise: number }[];
  /** The rise at which the 95 % interval ends, in the objective's unit. */
  readonly level: number;
  /** A quantity that is at home on a log axis: A, B, N_opt. */
  readonly logarithmic?: boolean;
}

export interface ProfileLikelihoodData {
  readonly parameters: readonly LikelihoodProfile[];
}

export interface BootstrapPairsData {
  readonly parameters: readonly {
    readonly name: string;
    readonly estimate: number;
    readonly logarithmic?: boolean;
  }[];
  /** One row a draw, its values in the order of the parameters. */
  readonly draws: readonly (readonly number[])[];
}

export interface InfluenceData {
  /** What is told without each run: the exponent a of N_opt ∝ C^a, or N_opt at `flops`. */
  readonly quantity: "a" | "N_opt";
  readonly flops?: number;
  /** With all runs. */
  readonly estimate: number;
  readonly interval95?: Interval;
  readonly runs: readonly {
    readonly id?: string;
    readonly name: string;
    readonly parameters: number;
    readonly tokens: number;
    /** The quantity by a fit without this run. */
    readonly without: number;
  }[];
  /** Whether `without` is the first-order influence (Hampel 1974), not a fit made anew. */
  readonly approximate?: boolean;
}

export interface LawComparisonData {
  readonly laws: readonly {
    readonly name: string;
    /** From a paper, not fitted to the runs at hand. */
    readonly published?: boolean;
    /** The compute-optimal model at each compute, flops ascending. */
    readonly optima: readonly { readonly flops: number; readonly parameters: number }[];
    /** The same with the runs that are left out. */
    readonly former?: readonly { readonly flops: number; readonly parameters: number }[];
    /** Pointwise 95 % band of N_opt, flops ascending. */
    readonly band?: readonly { readonly flops: number; readonly low: number; readonly high: number }[];
  }[];
  /** The least and the largest compute that was trained at. */
  readonly trained?: Interval;
  /** The compute at which the laws are compared in words. */
  readonly at?: number;
}
