import type { NextDesignData } from "@isoflop/figures";
import { formatCount, type RunRecord } from "@isoflop/laws";
import type { NextRuns } from "../next.js";

/** What the figure of a design draws. */
export function drawnNext(made: NextRuns, records: readonly RunRecord[]): NextDesignData {
  const { runs, grid, target, candidates, curve, before } = made;
  return {
    target,
    candidates,
    runs: records.map(({ id, parameters, tokens }) => ({ name: id, parameters, tokens })),
    proposed: runs.map((run) => ({
      name: `${run.seeds} ${run.seeds === 1 ? "seed" : "seeds"} of ${formatCount(run.parameters)}`,
      ...run,
    })),
    grid: grid.runs.map((run) => ({ name: "grid", ...run })),
    before: { loss: before.loss.standardError, parameters: before.parameters.standardError },
    curve,
  };
}
