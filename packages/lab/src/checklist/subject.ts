import type { CountingConvention, RunRecord } from "@isoflop/laws";
import type { FitChoices } from "@isoflop/laws/procedures";
import type { ForecastReport, OptimumReport } from "../report/model.js";
import type { Fits } from "../steps/fits.js";
import type { Part } from "./item.js";

/** What is known of how one run was trained. Absent: not logged. All words may be a user's. */
export interface RunFacts {
  /** "256 wide, 4 layers, 4 heads". */
  readonly shape?: string;
  /** Positions, activation, normalisation, biases, tied embeddings. */
  readonly architecture?: string;
  readonly vocabulary?: number;
  readonly context?: number;
  readonly corpus?: string;
  readonly tokenizer?: string;
  /** Passes over the training text. */
  readonly epochs?: number;
  readonly optimiser?: string;
  /** Peak. */
  readonly learningRate?: number;
  readonly schedule?: string;
  /** Whether the learning rate has come down when the run ends. */
  readonly ending?: string;
  readonly warmup?: string;
  /** "4096 tokens", "32 sequences". */
  readonly batch?: string;
  /** Who chose the learning rate and the batch. */
  readonly chosen?: string;
  readonly seed?: number;
  readonly software?: string;
  readonly precision?: string;
  /** What was done to checkpoints before they were scored. */
  readonly averaging?: string;
}

/** All that the checklist is filled in from. */
export interface ChecklistSubject {
  readonly records: readonly RunRecord[];
  readonly convention: CountingConvention;
  readonly fits: Fits;
  readonly choices: Pick<FitChoices, "seed" | "resamples" | "freshOnly" | "profilesOnly">;
  /** Of the runs behind the records. */
  readonly runs: readonly RunFacts[];
  /** What would close a gap of theirs: "log it in the run's settings and import again". */
  readonly remedy: string;
  /** How N, D and C of the records came about. */
  readonly counted: readonly Part[];
  /** What the loss is, of which text, and which value of a run. */
  readonly loss: readonly Part[];
  /** What was done to losses before any fit. */
  readonly modified: readonly Part[];
  readonly dropped: readonly { readonly row: string; readonly reason: string }[];
  /** The condition on rows that the user gave. */
  readonly where?: string;
  /** Whether all runs behind the records have ended. */
  readonly ended: readonly Part[];
  /** Where the records can be had. */
  readonly data: readonly Part[];
  readonly forecast: ForecastReport | undefined;
  readonly heldOut: readonly number[];
  readonly optimum: OptimumReport | { readonly missing: string } | undefined;
  readonly command: string;
  readonly version: string;
}
