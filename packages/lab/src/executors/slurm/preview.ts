import { join } from "node:path";
import { isIsoflopError } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import { readResult } from "../../runs/status.js";
import type { SlurmSettings } from "../../study/executorSchema.js";
import { type PlannedArray, planArrays, planTasks } from "./plan.js";
import { sbatchArguments } from "./script.js";
import { DEFAULT_LARGEST, largestArray } from "./submit.js";

/** What a start of the study would submit. */
export interface SlurmPreview {
  readonly runs: number;
  readonly tasks: number;
  readonly arrays: readonly PlannedArray[];
  /** Tasks that one array may hold here; assumed where Slurm could not be asked. */
  readonly largestArray: number;
  readonly assumed: boolean;
  /** The arguments of sbatch for each array, but for the script. */
  readonly sbatch: readonly (readonly string[])[];
}

/** Plans what would be submitted, without submitting it; runs that are with Slurm already are not known to be. */
export async function previewSubmission(
  specs: readonly RunSpec[],
  study: { readonly folder: string; readonly runs: string; readonly study: { readonly name: string } },
  settings: SlurmSettings,
): Promise<SlurmPreview> {
  const statuses = await Promise.all(specs.map(async ({ id }) => (await readResult(join(study.runs, id)))?.status));
  const wanted = specs.filter((_, i) => statuses[i] !== "done" && statuses[i] !== "diverged");
  const tasks = planTasks(wanted, settings.runsPerTask);
  const known = await largestArray().catch((error: unknown) => {
    if (isIsoflopError(error)) return undefined;
    throw error;
  });
  const largest = known ?? DEFAULT_LARGEST;
  const arrays = planArrays(0, tasks.length, largest, settings.concurrency);
  const folder = join(study.folder, "slurm", "<n>");
  return {
    runs: wanted.length,
    tasks: tasks.length,
    arrays,
    largestArray: largest,
    assumed: known === undefined,
    sbatch: arrays.map((array, i) =>
      sbatchArguments(
        folder,
        `isoflop-${study.study.name}-${i}`,
        array,
        array.after === undefined ? undefined : `<job of array ${array.after + 1}>`,
        settings,
      ),
    ),
  };
}
