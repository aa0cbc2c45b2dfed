import { join } from "node:path";
import type { RunSpec } from "@isoflop/trainer";
import { z } from "zod";
import type { Part } from "../study/designs/request.js";
import type { StudyFolder } from "../study/folder.js";
import type { ResolvedRuns } from "../study/resolve.js";
import { readIfThere, writeJson } from "./folder.js";
import { readRuns, type UnreadableRun } from "./records.js";
import type { RunState } from "./status.js";

const ids = z.array(z.string());
const parts = ["model", "data", "compute", "batch"] as const satisfies readonly Part[];
const designSchema = z.looseObject({ runs: ids, parts: z.partialRecord(z.enum(parts), ids).optional() });
const forecastSchema = z.looseObject({
  budgets: z.array(z.looseObject({ runs: z.array(z.looseObject({ id: z.string() })) })),
});

/**
 * Notes in design.json which runs the study asks for now. A folder may also hold those of an earlier design (another learning rate, another
 * corpus): they are kept, but must not be fitted together with these. Where the runs serve several fits, also which serves which.
 */
export async function noteDesign(
  study: StudyFolder,
  runs: readonly RunSpec[],
  parts?: ResolvedRuns["parts"],
): Promise<void> {
  const path = join(study.folder, "design.json");
  const text = { runs: runs.map((run) => run.id).sort(), ...(parts === undefined ? {} : { parts }) };
  if ((await readIfThere(path)) !== `${JSON.stringify(text, undefined, 2)}\n`) await writeJson(path, text);
}

/**
 * The runs of the design as last noted and of the stated forecast, by budget, size and seed; all that there are where
 * none is noted. Runs of an earlier design are not even read: one that is damaged concerns nobody.
 */
export async function readStudyRuns(
  study: StudyFolder,
  onUnreadable?: (run: UnreadableRun) => void,
): Promise<RunState[]> {
  return (await readRuns(study.runs, await notedRuns(study), onUnreadable)).sort(
    (a, b) =>
      (a.spec.budget ?? 0) - (b.spec.budget ?? 0) ||
      a.spec.parameters.total - b.spec.parameters.total ||
      a.spec.tokens - b.spec.tokens ||
      a.spec.seed - b.spec.seed,
  );
}

/** The parts of the design as last noted; undefined where it has none. */
export async function readParts(study: StudyFolder): Promise<ResolvedRuns["parts"]> {
  return (await readNoted(join(study.folder, "design.json"), designSchema))?.parts;
}

/** The ids of the design as last noted and of the stated forecast; undefined where no design is noted. */
export async function notedRuns(study: StudyFolder): Promise<ReadonlySet<string> | undefined> {
  const design = await readNoted(join(study.folder, "design.json"), designSchema);
  if (design === undefined) return undefined;
  const forecast = await readNoted(join(study.folder, "forecast.json"), forecastSchema);
  return new Set([...design.runs, ...(forecast?.budgets.flatMap(({ runs }) => runs.map(({ id }) => id)) ?? [])]);
}

async function readNoted<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.safeParse(JSON.parse((await readIfThere(path)) ?? "null")).data;
  } catch {
    return undefined;
  }
}
