import { isIsoflopError } from "@isoflop/laws/error";
import { alive, readTasks } from "./atWork.js";

/** Where a run is in Slurm. */
export interface SlurmPlace {
  readonly job: string;
  /** Slurm's own word: PENDING, RUNNING, COMPLETING, …. */
  readonly state: string;
  readonly node?: string;
  /** Why it waits. */
  readonly reason?: string;
}

export interface SlurmStatus {
  readonly places: ReadonlyMap<string, SlurmPlace>;
  /** Why Slurm says nothing, where it does not. */
  readonly problem?: string;
}

/** Where Slurm has a study's runs. The run folders come first: this only adds to them, and is no error without Slurm. */
export async function slurmStatus(studyFolder: string): Promise<SlurmStatus> {
  try {
    const places = new Map<string, SlurmPlace>();
    for (const { job, runs, queued } of alive(await readTasks(studyFolder))) {
      if (queued === undefined) continue;
      const { state, node, reason } = queued;
      const place = {
        job,
        state,
        ...(node === "" ? {} : { node }),
        ...(reason === "" || reason === "None" ? {} : { reason }),
      };
      for (const id of runs) places.set(id, place);
    }
    return { places };
  } catch (error) {
    if (!isIsoflopError(error)) throw error;
    return { places: new Map(), problem: error.message };
  }
}

/** "12_3 RUNNING n1", "12_4 PENDING (Resources)". */
export function placeText({ job, state, node, reason }: SlurmPlace): string {
  return [job, state, ...(node === undefined ? [] : [node]), ...(reason === undefined ? [] : [`(${reason})`])].join(
    " ",
  );
}
