import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { IsoflopError } from "@isoflop/laws/error";
import { systemCode } from "@isoflop/trainer/contract";
import { z } from "zod";
import { readIfThere, writeJson } from "../../runs/folder.js";

/** What a task on a node must know: which runs are whose, and how they are trained. Written once. */
const manifestSchema = z.object({
  version: z.literal(1),
  /** Folder of the runs within the study. */
  runs: z.enum(["runs", "sweep"]),
  command: z.array(z.string()).min(1),
  /** Ids of the runs of each task. */
  tasks: z.array(z.array(z.string().regex(/^[\w.-]+$/)).min(1)),
  atOnce: z.number().int().min(1),
  warning: z.number(),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** One array of a submission. Noted before sbatch is asked (without a job), and again with its answer. */
const arraySchema = z.object({
  /** Its tasks are `first`, `first + 1`, … of the manifest. */
  first: z.number().int(),
  count: z.number().int(),
  name: z.string(),
  job: z.string().regex(/^\d+$/).optional(),
  /** None of its tasks is in the queue any more. */
  over: z.boolean().optional(),
});
export type SubmittedArray = z.infer<typeof arraySchema>;

export interface Submission {
  /** `<study>/slurm/<number>` */
  readonly folder: string;
  readonly number: number;
  readonly manifest: Manifest;
  readonly arrays: readonly SubmittedArray[];
}

const MANIFEST = "submission.json";
const slurmFolder = (studyFolder: string) => join(studyFolder, "slurm");

/** The manifest of a submission folder. Errors: slurm-submission-damaged. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  return readChecked(join(folder, MANIFEST), manifestSchema);
}

/** All submissions of a study, oldest first. Errors: slurm-submission-damaged. */
export async function readSubmissions(studyFolder: string): Promise<Submission[]> {
  const numbers = (await list(slurmFolder(studyFolder))).filter((name) => /^\d+$/.test(name)).map(Number);
  const submissions: Submission[] = [];
  for (const number of numbers.sort((a, b) => a - b)) {
    const folder = join(slurmFolder(studyFolder), String(number));
    const manifest = await readManifest(folder);
    // A lab that was killed here had not asked for anything yet.
    if (manifest === undefined) continue;
    const arrays: SubmittedArray[] = [];
    for (;;) {
      const array = await readChecked(arrayPath(folder, arrays.length), arraySchema);
      if (array === undefined) break;
      arrays.push(array);
    }
    submissions.push({ folder, number, manifest, arrays });
  }
  return submissions;
}

/** Makes the folder of a new submission. The caller holds the study's lock. */
export async function createSubmission(studyFolder: string, manifest: Manifest): Promise<Submission> {
  const numbers = (await list(slurmFolder(studyFolder))).map(Number).filter(Number.isInteger);
  const number = Math.max(0, ...numbers) + 1;
  const folder = join(slurmFolder(studyFolder), String(number));
  await writeJson(join(folder, MANIFEST), manifest);
  return { folder, number, manifest, arrays: [] };
}

export function noteArray(folder: string, place: number, array: SubmittedArray): Promise<void> {
  return writeJson(arrayPath(folder, place), array);
}

function arrayPath(folder: string, place: number): string {
  return join(folder, `array-${place}.json`);
}

/** What the batch script of a task writes, and Slurm about it. */
export function logPath(submissionFolder: string, job: string): string {
  return join(submissionFolder, `${job}.out`);
}

async function list(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
}

async function readChecked<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new IsoflopError({
      code: "slurm-submission-damaged",
      message: `${path} is damaged: it no longer says which jobs are at work.`,
      hint: "Cancel this study's jobs (squeue --me, scancel), then delete that folder: runs are kept, and what is missing is submitted again.",
      exitCode: 1,
      cause,
    });
  }
}
