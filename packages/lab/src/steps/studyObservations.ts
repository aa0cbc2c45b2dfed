import type { StudyRecords } from "../runs/records.js";
import { toRecords } from "../runs/records.js";
import type { RunState } from "../runs/status.js";
import { readParts } from "../runs/studyRuns.js";
import { onlyRay } from "../study/designs/ladder.js";
import type { StudyFolder } from "../study/folder.js";
import { type PartRows, partRows, rayRows } from "./partLaws.js";

/** What the fits of a study are made on. */
export interface StudyObservations extends StudyRecords {
  /** Whether laws of fresh tokens are fitted to the runs that repeat none: the others are there for what repeating is worth. */
  readonly freshOnly: boolean;
  /** Whether runs without a budget were listed beside the design's profiles. */
  readonly profilesOnly: boolean;
  /** Laws that parts of the design are for, with their rows. */
  readonly parts: readonly PartRows[];
}

/**
 * The finished runs of a study as its fits take them. Of a Kaplan design the approaches see the part for L(C) alone: runs
 * on few unique tokens or at odd batches are no draws from the same law.
 */
export async function studyObservations(folder: StudyFolder, states: readonly RunState[]): Promise<StudyObservations> {
  const { design, counting } = folder.study;
  const all = await toRecords(states, counting, "fit");
  const freshOnly = design.kind === "epochs";
  const profilesOnly = design.also.length > 0;
  const parts = await readParts(folder);
  const ray = onlyRay(design);
  if (ray !== undefined) return { ...all, freshOnly, profilesOnly, parts: [rayRows(ray, all.records)] };
  if (parts === undefined) return { ...all, freshOnly, profilesOnly, parts: [] };
  return {
    ...all,
    records: all.records.filter(({ id }) => parts.compute?.includes(id)),
    freshOnly,
    profilesOnly,
    parts: await partRows(parts, states, all.records, counting),
  };
}
