// What the dashboard and its server say to each other. Types only: the page imports nothing else of the lab.
import type { CountingConvention, RunRecord } from "@isoflop/laws";
import type { Hold } from "../runs/control.js";
import type { RunLine } from "../runs/runLine.js";

export type { RunLine } from "../runs/runLine.js";

/** GET /api/studies: what the server was given to show. */
export interface StudyListing {
  /** Names the study in every other address. */
  readonly key: string;
  readonly name: string;
  readonly folder: string;
  /** A study that isoflop trains, or runs that others trained (an imported folder, a table). */
  readonly kind: "study" | "imported";
}

/** What is known of a study at one moment, without its curves. */
export interface StudySnapshot {
  readonly key: string;
  readonly name: string;
  readonly design: string;
  /** Whether a lab is training it just now. */
  readonly training: boolean;
  /** What holds the whole study. */
  readonly held?: Hold;
  /** Seconds until the runs known now are done, at the pace of those at work; absent while nothing is known of it. */
  readonly secondsLeft?: number;
  readonly runs: readonly RunLine[];
  readonly unreadable: readonly { readonly id: string; readonly reason: string }[];
  /** FLOPs of the budgets that are held out to check the forecast. */
  readonly heldOut: readonly number[];
}

/** Whether a record is one to fit, or which of the held-out models it is. */
export type RecordRole = "fit" | "holdout-optimum" | "holdout-larger";

/** GET /api/studies/:key/observations: what the laws are fitted to. */
export interface StudyObservationsPage {
  readonly title: string;
  readonly convention: CountingConvention;
  readonly records: readonly RunRecord[];
  readonly holdouts: readonly (RunRecord & { readonly role: RecordRole })[];
  /** A run's name by its id. */
  readonly names: Readonly<Record<string, string>>;
  readonly dropped: readonly { readonly id: string; readonly name: string; readonly reason: string }[];
}

/** POST /api/studies/:key/control. Without runs, the whole study. */
export interface ControlRequest {
  readonly action: "pause" | "resume" | "cancel";
  readonly runs?: readonly string[];
}

/** Every answer that is no success. */
export interface ApiError {
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string };
}
