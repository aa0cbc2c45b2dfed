import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readIfThere, writeJson } from "../../runs/folder.js";
import { readLastMetrics } from "../../runs/status.js";

const markSchema = z.object({
  step: z.number(),
  /** When the newest checkpoint was written. */
  checkpoint: z.number(),
  /** Starts since that brought nothing. */
  fruitless: z.number().int(),
});

const FILE = ".slurm-progress.json";

/**
 * Notes how far a run is before a start, and returns how many starts in a row have brought it no further: to a later step, with a newer
 * checkpoint that has it. A task that is preempted again and again is none the worse for it as long as it gets on.
 */
export async function markProgress(runFolder: string): Promise<number> {
  const path = join(runFolder, FILE);
  const step = (await readLastMetrics(runFolder))?.step ?? 0;
  const checkpoint = await newestIn(join(runFolder, "checkpoint"));
  const before = await readMark(path);
  const further = before === undefined || (step > before.step && checkpoint > before.checkpoint);
  const mark = further ? { step, checkpoint, fruitless: 0 } : { ...before, fruitless: before.fruitless + 1 };
  await writeJson(path, mark);
  return mark.fruitless;
}

async function readMark(path: string) {
  try {
    return markSchema.safeParse(JSON.parse((await readIfThere(path)) ?? "null")).data;
  } catch {
    return undefined;
  }
}

async function newestIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const times = await Promise.all(
    names.map((name) =>
      stat(join(folder, name))
        .then(({ mtimeMs }) => mtimeMs)
        .catch(() => 0),
    ),
  );
  return Math.max(0, ...times);
}
