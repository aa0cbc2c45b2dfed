import { join } from "node:path";
import { z } from "zod";
import { readIfThere, writeJson } from "../runs/folder.js";
import type { Settled } from "../study/choices.js";
import type { StudyFolder } from "../study/folder.js";

const positive = z.number().positive();
const interval = z.tuple([positive, positive]);
const chosen = z.object({
  by: z.enum(["user", "rule", "sweep"]),
  value: positive,
  interval95: interval.optional(),
});

/** sweep.json: what was tried before the runs, and what came of it. */
const sweepSchema = z.looseObject({
  key: z.string(),
  choices: z.object({ learningRate: chosen, batch: chosen }),
});

/** One hyperparameter's sweep as written; the trials' run folders are in sweep/<id>. */
export interface SweptHyperparameter {
  readonly value: number;
  readonly interval95?: readonly [number, number];
  /** The best was at this end of what was tried. */
  readonly edge?: "lowest" | "highest";
  /** Ascending; the losses of seeds 0, 1, …, null where a run diverged. */
  readonly trials: readonly {
    readonly value: number;
    readonly runs: readonly string[];
    readonly losses: readonly (number | null)[];
  }[];
}

export interface SweepRecord {
  /** Hash of what the outcome depends on: a study changed since has another. */
  readonly key: string;
  readonly choices: Settled;
  /** FLOPs spent, and their share of those of the study's runs. */
  readonly flops: number;
  readonly shareOfStudy: number;
  /** What every trial has in common. */
  readonly trial: {
    readonly parameters: number;
    readonly tokens: number;
    readonly width: number;
    readonly layers: number;
  };
  readonly learningRate?: SweptHyperparameter;
  /** Batches in tokens at 10⁶ tokens of training; the trials' own are smaller. */
  readonly batch?: SweptHyperparameter;
}

const pathOf = (study: StudyFolder): string => join(study.folder, "sweep.json");

/** The choices of a finished sweep with this key; undefined where there is none. */
export async function readSweep(study: StudyFolder, key: string): Promise<Settled | undefined> {
  try {
    const found = sweepSchema.safeParse(JSON.parse((await readIfThere(pathOf(study))) ?? "null")).data;
    return found?.key === key ? found.choices : undefined;
  } catch {
    return undefined;
  }
}

export function writeSweep(study: StudyFolder, record: SweepRecord): Promise<void> {
  return writeJson(pathOf(study), record);
}
