import type { RunSpec } from "@isoflop/trainer";

/** A value of one field of run.json, by its path: "shape.layers" is 12. */
export type FieldValue = string | number | boolean;

/** What a line of a trainer's log says. Losses in nats per token, steps counted from 1: after step s there were s updates. */
export type LogEvent =
  | {
      readonly kind: "training";
      readonly step: number;
      readonly loss: number;
      readonly learningRate?: number;
      readonly gradientNorm?: number;
      /** Further numbers of the line, by the name that they shall have in metrics.jsonl. */
      readonly also?: Readonly<Record<string, number>>;
    }
  | { readonly kind: "validation"; readonly step: number; readonly loss: number }
  /** Validation loss in bits per byte, where a trainer tells no other. */
  | { readonly kind: "validation"; readonly step: number; readonly bitsPerByte: number }
  /** What the trainer says of itself: held against that field of run.json, equal or within `tolerance` of it. */
  | { readonly kind: "fact"; readonly field: string; readonly value: FieldValue; readonly tolerance?: number }
  /** A number that is not finite, where the log does not tell the step. */
  | { readonly kind: "diverged"; readonly reason: string };

/** One session with a trainer: the run, and the command that was made for it. */
export interface Session {
  readonly spec: RunSpec;
  /** The run folder, absolute. */
  readonly folder: string;
  /** Program and arguments as they will be started; placeholders of what is resumed are not yet filled in. */
  readonly command: readonly string[];
  /** Where the user says the checkpoints lie, absolute. */
  readonly checkpoints?: string;
}

export interface FoundCheckpoint {
  readonly step: number;
  readonly path: string;
}

/** How one trainer is read. Everything but `name` and `read` is for what its log alone does not tell. */
export interface Adapter {
  readonly name: string;
  /** What a line says: colours, carriage returns and torchrun's rank are already taken off it. */
  readonly read: (line: string, session: Session) => readonly LogEvent[];
  /** What the trainer has settled whatever it is told, by field of run.json. */
  readonly always?: (spec: RunSpec) => Readonly<Record<string, FieldValue>>;
  /** The newest complete checkpoint: what the trainer is told to go on from. */
  readonly checkpoint?: (session: Session) => FoundCheckpoint | undefined;
  /** The trainer looks for its newest checkpoint itself; others are told of it by {resume.step} or {resume.path}. */
  readonly resumesByItself?: true;
  /** Refuses a command that would go wrong, with an IsoflopError. */
  readonly check?: (session: Session) => void;
  /** For trainers that keep their log in a file: all of it so far, steps ascending. Asked every few seconds and at the end. */
  readonly history?: (session: Session) => readonly LogEvent[];
  /** The trainer's validation loss is in bits per byte, and the bytes of a token must be known. */
  readonly needsBytesPerToken?: true;
}
