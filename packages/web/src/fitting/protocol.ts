import type { InfluencedQuantity } from "@isoflop/figures";
import type { BacktestSeries, CountingConvention, FitWarning, LikelihoodCurve, RunRecord } from "@isoflop/laws";
import type {
  ApproachFit,
  ApproachName,
  FitChoices,
  FittedRows,
  LeastFit,
  PartRows,
  RecordChoices,
} from "@isoflop/laws/procedures";
import type { Statement } from "@isoflop/laws/statements";

/** What all fits are made on: sent once, for curves of many runs are megabytes. Plain data: it is copied. */
export interface Runs {
  readonly records: readonly RunRecord[];
  readonly convention: CountingConvention;
  readonly choices: RecordChoices;
  readonly parts: readonly PartRows[];
  readonly batchTokens: Readonly<Record<string, number>>;
}

/** What is asked of the runs that were sent last. */
export interface Question {
  readonly id: number;
  readonly choices: Omit<FitChoices, keyof RecordChoices>;
  /** Runs by id that no fit is to see. */
  readonly leftOut: readonly string[];
  /** The law that profiles and influence are told of; where it was not fitted, another that was. */
  readonly subject: Subject;
  /** A budget, FLOPs, for which N_opt is profiled, and told without each run. */
  readonly budget: number;
  /** Whether more is wanted than fits with their intervals: a lab at work may need the processor. */
  readonly diagnostics: boolean;
}

/** A procedure that says what to train. */
export type Subject = Exclude<ApproachName, "data-constrained"> | "data-constrained";

export type ToWorker =
  | { readonly kind: "runs"; readonly runs: Runs }
  | { readonly kind: "question"; readonly question: Question };

/** Why something could not be fitted: what of an error survives the way from the worker. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly statement?: Statement;
}

/** An approach that the records cannot support. */
export interface Skipped extends Problem {
  readonly approach: ApproachName;
}

/** Of the study's parts: laws by themselves. */
export interface PartAnswer extends FittedRows {
  readonly about: string;
  readonly law: string;
  readonly warnings: readonly FitWarning[];
  /** The point fit to all rows, where runs that are left out have some of them. */
  readonly former?: NonNullable<FittedRows["fit"]>;
  /** Why there is no fit. */
  readonly problem?: Problem;
}

/** The profiles of one law. */
export interface LawProfiles {
  readonly law: ApproachFit["law"];
  readonly curves: Readonly<Record<string, LikelihoodCurve>>;
}

/** What fits say without a run. */
export type Without = { readonly id: string } & Partial<Record<InfluencedQuantity, number>>;

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
      readonly least?: Omit<LeastFit, "problem"> & { readonly problem?: Problem; readonly former?: LeastFit };
    }
  | { readonly stage: "profiles"; readonly profiles: readonly LawProfiles[] }
  | { readonly stage: "backtest"; readonly series: BacktestSeries }
  | {
      readonly stage: "influence";
      readonly without: readonly Without[];
      readonly done: number;
      readonly of: number;
    }
  /** A stage that the runs do not support, with the reason. */
  | { readonly stage: "none"; readonly of: "profiles" | "backtest" | "influence"; readonly reason: Problem }
  | { readonly stage: "done" };

export interface FromWorker {
  readonly id: number;
  readonly answer: Answer;
}
