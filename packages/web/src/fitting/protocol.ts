import type { FittedRows, LeastCurve } from "@isoflop/figures";
import type { BacktestSeries, CountingConvention, FitWarning, LawRow, LikelihoodCurve, RunRecord } from "@isoflop/laws";
import type { ApproachFit, ApproachName, FitChoices, RecordChoices } from "@isoflop/laws/procedures";

/** Rows of a law by itself, as a study's part has them. */
export interface PartQuestion {
  readonly name: string;
  readonly law: string;
  readonly about: string;
  readonly rows: readonly LawRow[];
  readonly warnings: readonly FitWarning[];
  readonly resampled: boolean;
}

/** What all fits are made on: sent once, for curves of many runs are megabytes. Plain data: it is copied. */
export interface Runs {
  readonly records: readonly RunRecord[];
  readonly convention: CountingConvention;
  readonly choices: RecordChoices;
  readonly parts: readonly PartQuestion[];
  readonly batchTokens: Readonly<Record<string, number>>;
}

/** What is asked of the runs that were sent last. */
export interface Question {
  readonly id: number;
  readonly choices: Omit<FitChoices, keyof RecordChoices>;
  /** Runs by id that no fit is to see. */
  readonly leftOut: readonly string[];
  /** The law that profiles and influence are told of. */
  readonly subject: Subject;
  /** A budget, FLOPs, for which N_opt is profiled. */
  readonly budget: number;
}

/** A procedure that says what to train. */
export type Subject = Exclude<ApproachName, "data-constrained"> | "data-constrained";

export type ToWorker =
  | { readonly kind: "runs"; readonly runs: Runs }
  | { readonly kind: "question"; readonly question: Question };

/** An approach that the records cannot support. */
export interface Skipped {
  readonly approach: ApproachName;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Of the study's parts and of S_min: laws by themselves. */
export interface PartAnswer extends FittedRows {
  readonly about: string;
  readonly law: string;
  readonly warnings: readonly FitWarning[];
  /** The point fit to all rows, where runs that are left out have some of them. */
  readonly former?: NonNullable<FittedRows["fit"]>;
  /** Why there is no fit. */
  readonly problem?: string;
}

/** What the worker answers, a stage at a time. */
export type Answer =
  /** Point fits of some approaches, and the same of all runs where some are left out. */
  | {
      readonly stage: "points";
      readonly fits: readonly ApproachFit[];
      readonly skipped: readonly Skipped[];
      readonly full: readonly ApproachFit[];
      /** Whether these are all. */
      readonly complete: boolean;
      /** Since the question was read, milliseconds. */
      readonly milliseconds: number;
    }
  /** The same with bootstrap draws and intervals, one approach at a time. */
  | { readonly stage: "intervals"; readonly fits: readonly ApproachFit[] }
  | {
      readonly stage: "parts";
      readonly parts: readonly PartAnswer[];
      readonly least?: { readonly curves: readonly LeastCurve[]; readonly part?: PartAnswer };
    }
  | { readonly stage: "profiles"; readonly curves: Readonly<Record<string, LikelihoodCurve>> }
  | { readonly stage: "backtest"; readonly series: BacktestSeries }
  | {
      readonly stage: "influence";
      readonly without: readonly { readonly id: string; readonly a: number }[];
      readonly done: number;
      readonly of: number;
    }
  /** A stage that the runs do not support, with the reason. */
  | { readonly stage: "none"; readonly of: "profiles" | "backtest" | "influence"; readonly reason: string }
  | { readonly stage: "done" };

export interface FromWorker {
  readonly id: number;
  readonly answer: Answer;
}
