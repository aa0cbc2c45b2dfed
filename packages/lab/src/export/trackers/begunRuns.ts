import type { ExportInput, ExportRun } from "../input.js";

/** Trackers know of runs that were begun. */
export async function* begunRuns({ runs }: Pick<ExportInput, "runs">): AsyncGenerator<ExportRun, void, undefined> {
  for await (const run of runs()) if (run.state !== "scheduled") yield run;
}

/** Why there are none. */
export const lacksRuns = ({ hasRuns }: Pick<ExportInput, "hasRuns">): string | undefined =>
  hasRuns ? undefined : "plain files hold no points of runs";
