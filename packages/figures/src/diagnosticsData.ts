import type { Interval } from "@isoflop/laws";

/** How much worse the best fit becomes with one quantity held at a value (Venzon & Moolgavkar 1988). */
export interface LikelihoodProfile {
  /** "E", "alpha", "N_opt". */
  readonly name: string;
  readonly estimate: number;
  /** The estimate with the runs that are left out. */
  readonly former?: number;
  /** Values from here on stand for infinity: R_D* where repeating loses nothing. */
  readonly infiniteFrom?: number;
  /** A quantity of compute, in FLOPs: C_c. */
  readonly compute?: true;
  readonly interval95?: Interval;
  /** By the bootstrap, for comparison. */
  readonly bootstrap95?: Interval;
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
  /** The compute of N_opt and L_opt, FLOPs. */
  readonly flops?: number;
  /** Constants that the fit held, whose uncertainty the profiles know nothing of. */
  readonly held?: readonly string[];
  readonly parameters: readonly LikelihoodProfile[];
}

export interface BootstrapPairsData {
  readonly parameters: readonly {
    readonly name: string;
    readonly estimate: number;
    /** The estimate with the runs that are left out. */
    readonly former?: number;
    readonly logarithmic?: boolean;
  }[];
  /** One row a draw, its values in the order of the parameters. */
  readonly draws: readonly (readonly number[])[];
  /** At most so many of them are drawn (default: 1000); what is said is of all. */
  readonly most?: number;
}

/** What a fit tells that runs have influence on: an exponent, the optimum of a compute, the irreducible loss. */
export const INFLUENCED = ["a", "N_opt", "L_opt", "E"] as const;
export type InfluencedQuantity = (typeof INFLUENCED)[number];

export interface InfluenceData {
  /** What is told without each run: the exponent a of N_opt ∝ C^a, N_opt or the loss at `flops`, or E. */
  readonly quantity: InfluencedQuantity;
  readonly flops?: number;
  /** With all runs. */
  readonly estimate: number;
  /** With the runs that are left out, too. */
  readonly former?: number;
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

/** What Approach 1's or 2's laws miss their points by, as ln(point / law). */
export interface FrontierResidualsData {
  readonly approach: "1" | "2";
  readonly optima: readonly {
    /** Of a point of the envelope: the run. */
    readonly id?: string;
    readonly name?: string;
    readonly flops: number;
    /** Of N_opt = kN C^a. */
    readonly parameters: number;
    /** Of L_opt(C) = E + k C^-gamma. */
    readonly loss: number;
    /** Standard error of ln N at the minimum, where noise can be shown. */
    readonly standardError?: number;
  }[];
  /** Runs about the parabola of their own budget; absent for Approach 1, and for splines, which pass through every size. */
  readonly runs?: readonly {
    readonly id: string;
    readonly name: string;
    readonly parameters: number;
    readonly tokens: number;
    readonly budget: number;
    /** N over the N of the parabola's minimum. */
    readonly ofMinimum: number;
    readonly loss: number;
  }[];
}
