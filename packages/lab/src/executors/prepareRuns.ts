import { join } from "node:path";
import type { RunSpec } from "@isoflop/trainer";
import { noteEnding } from "../runs/attempts.js";
import { createRun } from "../runs/folder.js";
import { readResult } from "../runs/status.js";
import { forgetTrainer, stopOrphans } from "./runProcess.js";
import { troubleOfOneRun } from "./runTrouble.js";

/** The runs of a study at the start of a session. */
interface PreparedRuns {
  readonly done: RunSpec[];
  readonly diverged: RunSpec[];
  /** Whose folders cannot be read or written. */
  readonly failed: { readonly spec: RunSpec; readonly reason: string }[];
  readonly waiting: RunSpec[];
}

/** As many as the disk may work at together. */
const AT_ONCE = 16;

/**
 * Makes the folders of runs that have none, finds what is trained already, and stops the trainers that a killed lab left behind on
 * the others. Errors: run-spec-conflict, write-enospc and its like.
 */
export async function prepareRuns(
  specs: readonly RunSpec[],
  { runsFolder, command }: { readonly runsFolder: string; readonly command: readonly string[] },
): Promise<PreparedRuns> {
  const runs: PreparedRuns = { done: [], diverged: [], failed: [], waiting: [] };
  const prepare = async (spec: RunSpec): Promise<void> => {
    try {
      const folder = await createRun(runsFolder, spec);
      const status = (await readResult(folder))?.status;
      if (status === "done" || status === "diverged") {
        // Its lab was killed before it saw the result.
        if (await forgetTrainer(folder)) await noteEnding(folder, status);
        runs[status].push(spec);
      } else runs.waiting.push(spec);
    } catch (error) {
      runs.failed.push({ spec, reason: troubleOfOneRun(error, join(runsFolder, spec.id)) });
    }
  };
  for (let i = 0; i < specs.length; i += AT_ONCE) await Promise.all(specs.slice(i, i + AT_ONCE).map(prepare));
  // Only now: with nothing to train there is nothing that an orphan could disturb.
  const folders = runs.waiting.map(({ id }) => join(runsFolder, id));
  if (folders.length > 0) await stopOrphans(command, folders);
  return runs;
}
