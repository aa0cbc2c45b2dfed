import type { CountingConvention, FitResult, RunRecord } from "@isoflop/laws";
import type { TrackedPoints } from "../import/source.js";
import type { ReportModel } from "../report/model.js";

/** A record with what else is known of it. All text is the user's, and to be escaped. */
export interface ExportRecord extends RunRecord {
  readonly label?: string;
  /** Path or URL that the run is from. */
  readonly source?: string;
  /** What logged it. */
  readonly logger?: string;
  /** Where N, D, C and the loss are from: "N: params in the config". */
  readonly origin?: readonly string[];
  /** Unit of the loss where it is not nats per token. */
  readonly lossUnit?: string;
}

/** A run or a row that no fit sees, and why. */
export interface ExportDropped {
  readonly id: string;
  readonly reason: string;
  readonly label?: string;
}

/** One fit, and what it was made of where that is not the records. */
export interface ExportFit {
  /** One word that no other fit of this export has; good as a file's name. */
  readonly name: string;
  readonly about?: string;
  readonly fit: FitResult;
}

/** One run with all that was logged of it. */
export interface ExportRun {
  readonly id: string;
  readonly name: string;
  /** What it belongs to: the study's name, or the kind of tracker that it was imported from. */
  readonly group: string;
  readonly tags: readonly string[];
  /** Settings by their path with dots; values are numbers, texts, truth values, null, or lists. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What it came to, flat like the config. */
  readonly summary: Readonly<Record<string, unknown>>;
  readonly state: ExportState;
  /** Seconds since 1970, where it is known. */
  readonly startedAt?: number;
  /** What the fits see of it; absent where it was dropped, or is held out. */
  readonly record?: ExportRecord;
  /** Every point of every scalar series, as it was logged and in that order; streamed, so that a run of any length fits in memory. */
  readonly points: () => TrackedPoints;
}

/** As W&B and MLflow tell them apart. */
export type ExportState = "finished" | "running" | "failed" | "killed" | "scheduled";

/** All that an exporter may write, whatever it is from. */
export interface ExportInput {
  readonly from: "study" | "imported" | "files";
  readonly title: string;
  /** Paths as the user gave them. */
  readonly sources: readonly string[];
  readonly convention: CountingConvention;
  readonly records: readonly ExportRecord[];
  /** Runs that were trained to check a forecast: no fit sees them. */
  readonly heldOut: readonly ExportRecord[];
  readonly dropped: readonly ExportDropped[];
  readonly fits: readonly ExportFit[];
  /** Laws that could not be fitted, each with the reason. */
  readonly skipped: readonly { readonly about: string; readonly reason: string }[];
  /** What the reader of the numbers should know. */
  readonly notices: readonly string[];
  /** One after the other, each read when it is asked for; none of plain files. */
  readonly runs: () => AsyncIterable<ExportRun>;
  readonly hasRuns: boolean;
  /** All that the report says; absent where there is none. */
  readonly report?: () => Promise<ReportModel>;
}
