// What the dashboard and its server say to each other. Types only: the page imports nothing else of the lab.
import type { CountingConvention, FitWarning } from "@isoflop/laws";
import type { ColumnUse, CountedRecord } from "@isoflop/laws/observations";
import type { PartRows, RecordChoices } from "@isoflop/laws/procedures";
import type { SlurmPlace } from "../executors/slurm/status.js";
import type { Attempt } from "../runs/attempts.js";
import type { Hold } from "../runs/control.js";
import type { RunLine } from "../runs/runLine.js";
import type { RunStatus } from "../runs/status.js";
import type { RunForecast } from "../steps/forecast.js";

export type { SlurmPlace } from "../executors/slurm/status.js";
export type { Attempt } from "../runs/attempts.js";
export type { RunLine } from "../runs/runLine.js";
export type { RunStatus } from "../runs/status.js";
export type { ControlOutcome } from "../steps/control.js";

/** GET /api/studies: what the server was given to show. */
export interface StudyListing {
  /** Names the study in every other address. */
  readonly key: string;
  readonly name: string;
  readonly folder: string;
  /** A study that isoflop trains, or runs that others trained (an imported folder, a table). */
  readonly kind: "study" | "imported";
}

/** A run as the dashboard shows it. */
export interface LiveRun extends RunLine {
  /** Of the design (hold-outs included), a trial of the sweep before it, or trained elsewhere and imported. */
  readonly part: "design" | "sweep" | "imported";
  /** FLOPs of the whole run by Hoffmann's count, which is nearest to the time it takes: what progress is measured by. */
  readonly cost: number;
  /** FLOPs of one step by the study's count: where a point of its curve lies. */
  readonly stepFlops: number;
  /** Where Slurm has it, as squeue last said, while it has not ended. */
  readonly slurm?: SlurmPlace;
}

/** GET /api/progress: how far each study is, in brief. */
export interface StudyProgress {
  readonly key: string;
  readonly name: string;
  readonly kind: StudyListing["kind"];
  readonly runs: number;
  /** Runs by their status; of what there is none, nothing. */
  readonly counts: Readonly<Partial<Record<RunStatus, number>>>;
  /** Share of the FLOPs that are behind the runs. */
  readonly share: number;
  readonly training: boolean;
  /** Why it could not be looked at, or what is wrong with its study.yaml. */
  readonly problem?: string;
}

/** Why study.yaml as it is now cannot be read. */
export interface StudyFault {
  readonly message: string;
  readonly hint?: string;
}

/** The forecast of a study as forecast.json states it. */
export interface StatedForecast {
  readonly statedAt: string;
  /** "2", …, or "ladder". */
  readonly approach: string;
  readonly budgets: readonly { readonly budget: number; readonly runs: readonly RunForecast[] }[];
}

/** What is known of a study at one moment, but for its runs. */
export interface StudyState {
  readonly key: string;
  readonly name: string;
  readonly kind: StudyListing["kind"];
  readonly design: string;
  /** Whether a lab is training it just now, or a cluster has lately. */
  readonly training: boolean;
  /** What holds the whole study. */
  readonly held?: Hold;
  /** Seconds until the runs known now are done, at the pace seen so far; absent while nothing is known of it. */
  readonly secondsLeft?: number;
  /** How N is counted: "total", "non-embedding", …. */
  readonly counting: string;
  readonly unreadable: readonly { readonly id: string; readonly reason: string }[];
  /** FLOPs of the budgets that are held out to check the forecast. */
  readonly heldOut: readonly number[];
  /** What was forecast of the held-out runs before they were trained, as soon as it is stated. */
  readonly forecast?: StatedForecast;
  /** Changes whenever GET …/observations would say something else. */
  readonly observations: string;
  /** Why the study could not be looked at just now; what is shown is as it was before. */
  readonly problem?: string;
  /** What is wrong with its study.yaml just now: the study is shown as the file said before. */
  readonly fault?: StudyFault;
  /** Why Slurm does not say where the runs are; what it said last is shown no more. */
  readonly queueProblem?: string;
}

/** What is known of a study at one moment, without its curves. */
export interface StudySnapshot extends StudyState {
  readonly runs: readonly LiveRun[];
}

/** Training losses along a run. */
export interface CurveUpdate {
  readonly id: string;
  /** These are all its points, instead of those sent before: a run may be cut back to a checkpoint. Else they follow those. */
  readonly whole: boolean;
  /** step, loss, step, loss, …: steps ascending, thinned. */
  readonly points: readonly number[];
}

/**
 * GET /api/studies/:key/events, by name of the event. A connection begins with a snapshot and the whole of every curve, so one that
 * was lost is made anew and nothing is missing or double.
 */
export interface LiveEvents {
  readonly snapshot: StudySnapshot;
  readonly state: StudyState;
  /** Lines that changed, and new runs. */
  readonly runs: readonly LiveRun[];
  /** Runs by id that the study no longer asks for. */
  readonly gone: readonly string[];
  readonly curves: readonly CurveUpdate[];
}

/** GET /api/studies/:key/runs/:run. */
export interface RunDetails {
  readonly id: string;
  readonly name: string;
  /** run.json. */
  readonly spec: unknown;
  /** The newest ones, oldest first. */
  readonly attempts: readonly Attempt[];
  readonly reason?: string;
  /** The end of what its trainer, or the cluster's task, last said. */
  readonly log?: { readonly file: string; readonly text: string; readonly cut: boolean };
  /** As in CurveUpdate, with more points. */
  readonly curve: readonly number[];
  /** Validation losses along the run, in the same form. */
  readonly validation: readonly number[];
}

/** Whether a record is one to fit, or which of the held-out models it is. */
export type RecordRole = "fit" | "holdout-optimum" | "holdout-larger";

/** GET /api/studies/:key/observations: what the laws are fitted to. */
export interface StudyObservationsPage {
  readonly title: string;
  /** As in StudyState: whether the study has come further since. Of runs that no server has, none. */
  readonly mark?: string;
  readonly convention: CountingConvention;
  /** Of the losses, where they are not in nats per token. */
  readonly lossUnit?: NonNullable<ColumnUse["unit"]>;
  /** In the convention's counts, with the others that are known of each run. */
  readonly records: readonly CountedRecord[];
  readonly holdouts: readonly (CountedRecord & { readonly role: RecordRole })[];
  /** What must be known of the runs before any fit of them is believed. */
  readonly warnings?: readonly FitWarning[];
  /** What was decided in reading them, and what looks doubtful. */
  readonly notices?: readonly string[];
  /** Runs that are in laws of parts alone, without their curves. */
  readonly others?: readonly CountedRecord[];
  /** A run's name by its id. */
  readonly names: Readonly<Record<string, string>>;
  readonly dropped: readonly { readonly id: string; readonly name: string; readonly reason: string }[];
  /** Which of the records a law sees; absent: every one. */
  readonly choices?: RecordChoices;
  /** Laws that parts of the design are for, with their rows, whose `run` is a run's id where they have one. */
  readonly parts?: readonly PartRows[];
  /** Tokens of a batch by a run's id, of designs in which the critical batch is measured. */
  readonly batchTokens?: Readonly<Record<string, number>>;
}

/** What makes a version of the observations to the next one: the fields that are others. */
export interface ObservationsChange {
  /** The version that this is a change of. */
  readonly since: string;
  readonly version: string;
  readonly fields: Readonly<Record<string, FieldChange>>;
}

/** A field of the page: without items, or with others, at their places in the list; then it has `count` of them. */
export type FieldChange =
  | { readonly kind: "gone" }
  | { readonly kind: "whole"; readonly value: unknown }
  | {
      readonly kind: "list";
      /** Items by their ids. */
      readonly gone: readonly string[];
      /** Ascending; an item that is there already moves. */
      readonly set: readonly (readonly [at: number, item: unknown])[];
      readonly count: number;
    }
  | {
      readonly kind: "entries";
      readonly gone: readonly string[];
      readonly set: readonly (readonly [key: string, value: unknown])[];
      readonly count: number;
    };

/** GET /api/studies/:key/observations, with ?since=<version> what has changed since, where the server still knows that version. */
export type ObservationsAnswer = (StudyObservationsPage & { readonly version: string }) | ObservationsChange;

/** POST /api/studies/:key/control. Without runs, the whole study. */
export interface ControlRequest {
  readonly action: "pause" | "resume" | "cancel";
  readonly runs?: readonly string[];
}

/** Every answer that is no success. */
export interface ApiError {
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string };
}
