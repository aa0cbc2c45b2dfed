import type { Statement } from "../statements/statement.js";

/** Ends of an interval, both in the unit of the quantity. */
export type Interval = readonly [low: number, high: number];

/** Something the reader of a fit must know before believing it. Codes are documented in docs/warnings.md. */
export interface FitWarning {
  readonly code: string;
  readonly message: string;
  /** What the message says, for other languages: the sentence's name and the values in it. */
  readonly statement?: Statement;
}

/**
 * The procedure: Approaches 1, 2 and 3 of Hoffmann et al. 2022, Kaplan et al. 2020, Muennighoff et al. 2023
 * ("data-constrained"), or a law by itself ("law": fitLaw).
 */
export type Approach = "1" | "2" | "3" | "kaplan" | "data-constrained" | "law";

/** What to train for one compute budget, by one fit. */
export interface Optimum {
  /** C. */
  readonly flops: number;
  /** N_opt. */
  readonly parameters: number;
  /** D_opt. */
  readonly tokens: number;
  /** Loss in nats per token at the optimum; absent where the law does not predict it. */
  readonly loss?: number;
}

/** Percentile intervals, 2.5 % to 97.5 %, of the bootstrap draws. */
export interface OptimumIntervals {
  readonly parameters: Interval;
  readonly tokens: Interval;
  /** Of the mean loss at the optimum (no run-to-run noise). */
  readonly loss?: Interval;
}

/** Every fit, of whatever law and procedure. Plain data: it survives JSON. */
export interface FitResult {
  readonly approach: Approach;
  /** "chinchilla", "isoflop-power-law", "envelope-power-law", "kaplan-compute", "kaplan-model-data", … */
  readonly law: string;
  /** Named parameters; for law "chinchilla": E, A, B, alpha, beta. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly standardErrors: Readonly<Record<string, number>>;
  /** For every parameter and for the exponents a and b, where they exist. */
  readonly intervals95: Readonly<Record<string, Interval>>;
  /** Exponents of N_opt ∝ C^a and D_opt ∝ C^b; absent where the law implies none. */
  readonly exponents?: { readonly a: number; readonly b: number };
  readonly objective: number;
  readonly diagnostics: Readonly<Record<string, number | string | boolean | readonly number[]>>;
  readonly warnings: readonly FitWarning[];
  /** One row of `drawNames` values per bootstrap resample that could be fitted. */
  readonly draws: { readonly names: readonly string[]; readonly rows: readonly (readonly number[])[] };
}
