import type {
  BootstrapPairsData,
  EnvelopeScalingData,
  FiguresData,
  ForecastRow,
  InfluenceData,
  KaplanFigures,
  LossUnit,
  MinimumStatus,
  ProfileLikelihoodData,
} from "@isoflop/figures";
import type { FitWarning, Interval } from "@isoflop/laws";
import type { Checklist } from "../checklist/item.js";

/**
 * All that a report says, as plain data that survives JSON. Every string may come from a user (names, paths, messages) and
 * is escaped when rendered. N is parameters, D tokens, C FLOPs; losses are in nats per token,
 * or in `lossUnit`.
 */
export interface ReportModel {
  /** The study's name, or that of the folder or file that the runs are from. */
  readonly title: string;
  /** ISO 8601. */
  readonly generatedAt: string;
  /** One or two sentences on what was trained, in the user's words; optional. */
  readonly about?: string;
  /** Held-out budgets, FLOPs. */
  readonly heldOut: readonly number[];
  /** The forecast for the held-out budget and what came of it; absent when the study holds nothing out, or none is stated yet. */
  readonly forecast?: ForecastReport;
  /** Of runs that no study has planned: what is best at the largest compute among them, or why that cannot be told. */
  readonly optimum?: OptimumReport | { readonly missing: string };
  /** One row a fit, in the order to show. */
  readonly fits: readonly FitRow[];
  /** Whether the design asks for isoFLOP profiles: if not, nothing is said of those that are not there. */
  readonly isoflop: boolean;
  /** Whether it is of the experiments of Kaplan et al. 2020: their figures are shown, or why not. */
  readonly kaplan?: boolean;
  /** One row an isoFLOP budget, ascending; empty when the design has none. */
  readonly budgets: readonly BudgetRow[];
  /** Every run of the study, held-out ones included, in the order to show. */
  readonly runs: readonly RunRow[];
  /** What losses are in; nats per token where it is absent. */
  readonly lossUnit?: LossUnit;
  readonly warnings: readonly ReportWarning[];
  /** What was decided in reading the runs; absent of a study, whose records have nothing to decide. */
  readonly notes?: readonly string[];
  /** Rows and runs that no fit saw, where they are not among the runs. */
  readonly dropped?: readonly DroppedRow[];
  /** What the design can tell and what it cannot; absent where no run is there yet. */
  readonly identifies?: readonly IdentificationRow[];
  /** A figure whose data is absent is left out, and the report says that it is. */
  readonly figures: ReportFigures;
  /** Names of the fits that these diagnostics are of. */
  readonly diagnosed?: { readonly bootstrapPairs?: string; readonly influence?: string };
  /** What of it a reader can repeat, and what is not known. */
  readonly checklist?: Checklist;
  readonly provenance: Provenance;
}

/** Those of Kaplan et al. 2020 are of a design of their experiments alone. */
export interface ReportFigures extends FiguresData, KaplanFigures {
  readonly envelopeScaling?: EnvelopeScalingData;
  readonly profileLikelihood?: ProfileLikelihoodData;
  readonly bootstrapPairs?: BootstrapPairsData;
  readonly influence?: InfluenceData;
}

export interface HeldOutRow extends ForecastRow {
  /** What forecast it, where it is not the report's `fit`. */
  readonly forecaster?: string;
}

export interface ForecastReport {
  /** Held-out budget, FLOPs. */
  readonly budget: number;
  /** Largest budget that the fit saw, FLOPs. */
  readonly largestTrainedBudget: number;
  /** Which fit made the forecast: "Approach 3". */
  readonly fit: string;
  /** When the forecast was written down, ISO 8601: before the held-out runs began. */
  readonly statedAt?: string;
  /** The forecast optimum, and usually a larger model on fewer tokens. */
  readonly rows: readonly HeldOutRow[];
  /** Why that fit: "chosen by its backtest: …". */
  readonly reason?: string;
  /** What each procedure expects of the budget, and how its own backtest went. */
  readonly procedures: readonly ProcedureRow[];
  /** Standard deviation of the final loss between runs that differ in seed alone, nats per token, where it is known. */
  readonly runNoise?: number;
}

/** What to train for a budget that the runs reach, by the procedure that their backtest speaks for. */
export interface OptimumReport {
  /** The largest compute among the runs, FLOPs. */
  readonly budget: number;
  /** "Approach 3". */
  readonly fit: string;
  /** Why that one. */
  readonly reason: string;
  /** Whether a backtest says so. */
  readonly backtested: boolean;
  readonly parameters: Estimate;
  readonly tokens: Estimate;
  /** Mean loss at the optimum; for Approach 1 a training loss. */
  readonly loss?: Estimate;
  /** What the reader must know of it: the optimum lies beyond every size that was trained, or has no interval. */
  readonly caveats: readonly string[];
  readonly procedures: readonly ProcedureRow[];
}

export interface DroppedRow {
  /** A row's number, a run's name or path. */
  readonly row: string;
  readonly reason: string;
}

/** One procedure's forecast of the held-out budget. */
export interface ProcedureRow {
  /** "Approach 2: isoFLOP profiles". */
  readonly name: string;
  readonly chosen: boolean;
  /** N_opt and D_opt. */
  readonly parameters: Estimate;
  readonly tokens: Estimate;
  /** Mean loss at the optimum, nats per token; for Approach 1 a training loss. */
  readonly loss?: Estimate;
  /** The largest trained budget, forecast from the smaller ones. */
  readonly backtest?: {
    /** Forecast N_opt over the measured one. */
    readonly parametersRatio?: number;
    /** Forecast minus measured loss, nats per token. */
    readonly lossError: number;
    /** Whether the measured loss lay in the 95 % prediction interval. */
    readonly inside?: boolean;
  };
  /** Why there is no backtest, or how to read the row. */
  readonly note?: string;
}

export interface Estimate {
  readonly value: number;
  readonly interval95?: Interval;
}

export interface FitRow {
  /** "Approach 2: isoFLOP profiles". */
  readonly name: string;
  /** Exponents of N_opt ∝ C^a and D_opt ∝ C^b, where the law implies them. */
  readonly exponents?: { readonly a: Estimate; readonly b: Estimate };
  /** The law's own parameters by name; E, A, B, alpha and beta have columns of their own, the others share one. */
  readonly parameters: Readonly<Record<string, Estimate>>;
  /** Why there is no result, or what to know about it. */
  readonly note?: string;
}

/** What a procedure can tell from the design. */
export interface IdentificationRow {
  readonly what: string;
  readonly verdict: "yes" | "weakly" | "no";
  readonly why: string;
}

export interface BudgetRow {
  /** Nominal, FLOPs. */
  readonly budget: number;
  /** Runs of this budget that finished. */
  readonly runs: number;
  /** How many of them are smaller, and how many larger, than the minimum. */
  readonly smaller: number;
  readonly larger: number;
  readonly status: MinimumStatus;
  /** N, D and loss at the minimum; absent when the profile has none. */
  readonly parameters?: number;
  readonly tokens?: number;
  readonly loss?: number;
}

export interface ReportWarning extends FitWarning {
  /** What the warning is about: a fit, a budget, a run. */
  readonly where?: string;
  /** What to do about it. */
  readonly remedy?: string;
}

export type RunStatus = "done" | "diverged" | "failed" | "running" | "planned" | "paused" | "cancelled" | "crashed";

export interface RunRow {
  readonly id: string;
  readonly name: string;
  /** As in run.json: "fit", "holdout-optimum", "holdout-larger". */
  readonly role: string;
  readonly parameters: number;
  readonly tokens: number;
  readonly flops: number;
  /** Nominal, FLOPs. */
  readonly budget?: number;
  readonly steps?: number;
  /** Tokens a step. */
  readonly batch?: number;
  /** Peak learning rate. */
  readonly learningRate?: number;
  readonly trainLoss?: number;
  readonly validationLoss?: number;
  /** The loss that was fitted, where the source does not say of which text it is. */
  readonly loss?: number;
  readonly wallSeconds?: number;
  /** Absent where nothing is known but the record. */
  readonly status?: RunStatus;
  /** Why it failed or diverged. */
  readonly reason?: string;
}

export interface Provenance {
  /** The exact command line. */
  readonly command: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** Total training time over all runs, s. */
  readonly trainingSeconds?: number;
  /** How C was counted: "6N", "kaplan", "hoffmann", and which N. */
  readonly convention: string;
  /** Of runs that no study has trained: the files that they are from, and which columns were taken. */
  readonly sources?: readonly string[];
  readonly columns?: readonly string[];
  readonly corpus?: {
    readonly name: string;
    readonly hash: string;
    readonly trainTokens: number;
    readonly validationTokens: number;
  };
  readonly tokenizer?: { readonly name: string; readonly hash: string };
  /** Software and its versions: isoflop, node, onnxruntime, … */
  readonly versions: Readonly<Record<string, string>>;
  /** The kind of machine, by aspect: processor, cores, memory, operating system. No host names. */
  readonly machine: Readonly<Record<string, string>>;
}
