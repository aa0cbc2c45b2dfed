import { join } from "node:path";
import { z } from "zod";
import { readIfThere, writeJson } from "../runs/folder.js";
import type { StudyFolder } from "../study/folder.js";

const positive = z.number().positive();
const profileSchema = z.object({
  budget: positive,
  centre: positive,
  interval95: z.tuple([positive, positive]).optional(),
  by: z.enum(["rule", "forecast", "minimum", "least loss"]),
  why: z.string(),
  /** N of every size that is trained, extensions included. */
  sizes: z.array(positive).min(1),
  extensions: z.array(z.object({ side: z.enum(["smaller", "larger"]), sizes: z.array(positive) })),
  /** Why there is no extension although the minimum lies at an edge. */
  stopped: z.string().optional(),
});

/** A profile of an adaptive design, as it was decided. */
export type CentredProfile = z.output<typeof profileSchema>;

/** centres.json: where an adaptive design's profiles lie, decided stage by stage; a restart trains the same runs. */
const centresSchema = z.looseObject({ key: z.string(), profiles: z.array(profileSchema) });

const pathOf = (study: StudyFolder): string => join(study.folder, "centres.json");

/** The profiles decided so far under this key, ascending in budget; none where there is no such file. */
export async function readCentres(study: StudyFolder, key: string): Promise<readonly CentredProfile[]> {
  try {
    const found = centresSchema.safeParse(JSON.parse((await readIfThere(pathOf(study))) ?? "null")).data;
    return found?.key === key ? found.profiles : [];
  } catch {
    return [];
  }
}

export function writeCentres(study: StudyFolder, key: string, profiles: readonly CentredProfile[]): Promise<void> {
  return writeJson(pathOf(study), { key, profiles });
}
