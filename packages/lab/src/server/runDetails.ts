import { constants } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { TRAINER_LOG } from "../executors/trainerLog.js";
import { readAttempts } from "../runs/attempts.js";
import { readIfThere } from "../runs/folder.js";
import { readResult } from "../runs/status.js";
import type { StudyFolder } from "../study/folder.js";
import type { RunDetails } from "./api.js";
import { readCurves } from "./live/metricsTail.js";

/** Ids as the lab makes them, and nothing that leads out of a folder. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{7,127}$/;
const SLURM_TASK = /^\d+(_\d+)?$/;
const MOST_ATTEMPTS = 50;
const MOST_POINTS = 1000;
const LOG_BYTES = 16 * 1024;
/** A run.json is a few kilobytes. */
const MOST_SPEC = 256 * 1024;

/** One run of a study, or a trial of its sweep; undefined where there is none of that id. Errors: those of the file system. */
export async function runDetails(study: StudyFolder, id: string): Promise<RunDetails | undefined> {
  if (!ID.test(id)) return undefined;
  for (const folder of [join(study.runs, id), join(study.folder, "sweep", id)]) {
    const text = (await isOwnFile(join(folder, "run.json"))) ? await readIfThere(join(folder, "run.json")) : undefined;
    if (text === undefined) continue;
    const spec = text.length > MOST_SPEC ? undefined : parse(text);
    const name = typeof spec === "object" && spec !== null && "name" in spec ? String(spec.name) : id;
    const attempts = (await readAttempts(folder).catch(() => [])).slice(-MOST_ATTEMPTS);
    const reason = (await readResult(folder))?.reason ?? attempts.findLast((attempt) => attempt.reason)?.reason;
    const job = attempts.findLast((attempt) => attempt.job !== undefined)?.job;
    const log = (await endOf(folder, TRAINER_LOG)) ?? (job === undefined ? undefined : await taskLog(study, job));
    const { training, validation } = await readCurves(join(folder, "metrics.jsonl"), MOST_POINTS);
    return {
      id,
      name,
      spec,
      attempts,
      ...(reason === undefined ? {} : { reason }),
      ...(log === undefined ? {} : { log }),
      curve: training,
      validation,
    };
  }
  return undefined;
}

/** Of the newest submission that has one of this task. */
async function taskLog(study: StudyFolder, job: string): Promise<RunDetails["log"]> {
  if (!SLURM_TASK.test(job)) return undefined;
  const slurm = join(study.folder, "slurm");
  const submissions = (await readdir(slurm).catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const name of submissions.sort((a, b) => Number(b) - Number(a))) {
    const log = await endOf(join(slurm, name), `${job}.out`);
    if (log !== undefined) return log;
  }
  return undefined;
}

/** A study may be somebody else's: a link in it could show any file of whoever serves it. Folders may be links. */
const isOwnFile = async (path: string): Promise<boolean> =>
  (await lstat(path).catch(() => undefined))?.isFile() ?? false;

/** Neither follows a link nor waits for the writer of a pipe; Windows knows neither. */
const OWN_FILE = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

async function endOf(folder: string, name: string): Promise<RunDetails["log"]> {
  const file = await open(join(folder, name), OWN_FILE).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return undefined;
    const { size } = stats;
    const buffer = Buffer.alloc(Math.min(size, LOG_BYTES));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, size - buffer.length);
    const text = buffer.toString("utf8", 0, bytesRead);
    return text.trim() === "" ? undefined : { file: join(folder, name), text, cut: size > LOG_BYTES };
  } finally {
    await file.close();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
