import type { RunRecord } from "@isoflop/laws";
import type { PartRows, RecordChoices } from "@isoflop/laws/procedures";
import { readMetrics } from "../runs/metrics.js";
import type { StudyRecords } from "../runs/records.js";
import { toRecords } from "../runs/records.js";
import type { RunState } from "../runs/status.js";
import { readParts } from "../runs/studyRuns.js";
import { onlyRay } from "../study/designs/ladder.js";
import type { StudyFolder } from "../study/folder.js";
import type { Study } from "../study/schema.js";
import { measuredNoise, partRows, rayRows } from "./partLaws.js";

/**
 * Which records the laws of a design see. Those that an epochs design repeats text in are there for what repeating is worth, and runs
 * listed beside isoFLOP profiles belong to none of them.
 */
export function recordChoices(design: Study["design"]): RecordChoices {
  return {
    ...(design.kind === "epochs" ? { freshOnly: true } : {}),
    ...(design.also.length > 0 ? { profilesOnly: true } : {}),
  };
}

/** What the fits of a study are made on. */
export interface StudyObservations extends StudyRecords {
  /** Which of them a law sees. */
  readonly choices: RecordChoices;
  /** Laws that parts of the design are for, with their rows. */
  readonly parts: readonly PartRows[];
  /** Runs that are in laws of parts alone. */
  readonly others: readonly RunRecord[];
}

/**
 * The finished runs of a study as its fits take them. Of a Kaplan design the approaches see the part for L(C) alone: runs
 * on few unique tokens or at odd batches are no draws from the same law.
 */
export async function studyObservations(
  folder: StudyFolder,
  states: readonly RunState[],
  linesOf: typeof readMetrics = readMetrics,
): Promise<StudyObservations> {
  const { design, counting } = folder.study;
  const all = await toRecords(states, counting, "fit", linesOf);
  const choices = recordChoices(design);
  const parts = await readParts(folder);
  const ray = onlyRay(design);
  if (ray !== undefined || parts === undefined) {
    const along = ray === undefined ? [] : [rayRows(ray, all.records)];
    return { ...all, choices, parts: [...along, ...(await measuredNoise(states, all.records, linesOf))], others: [] };
  }
  const inCompute = ({ id }: RunRecord): boolean => parts.compute?.includes(id) ?? false;
  return {
    ...all,
    records: all.records.filter(inCompute),
    others: all.records.filter((record) => !inCompute(record)),
    choices,
    parts: await partRows(parts, states, all.records, counting),
  };
}
