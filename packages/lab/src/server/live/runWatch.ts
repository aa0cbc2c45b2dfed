import { basename, join } from "node:path";
import { readFailure } from "@isoflop/trainer/contract";
import { costOf } from "../../executors/execution.js";
import { countAttempts, readAttempts } from "../../runs/attempts.js";
import { type Control, holdOf } from "../../runs/control.js";
import { runLine } from "../../runs/runLine.js";
import { type RunState, readRunState } from "../../runs/status.js";
import type { Study } from "../../study/schema.js";
import type { LiveRun } from "../api.js";
import { followMetrics, type MostPoints, type TailNews } from "./metricsTail.js";
import { stampOf } from "./stamp.js";

/** Follows one run folder. */
export interface RunWatch {
  /** As last read; undefined where the folder is none of a run, or cannot be read. */
  readonly state: () => RunState | undefined;
  readonly line: () => LiveRun | undefined;
  /** Why it cannot be read. */
  readonly trouble: () => string | undefined;
  /**
   * Reads it again where something shows that it changed, or `anyway`; says whether its line is another now. What a run that has ended
   * has left is looked at only `anyway`.
   */
  readonly look: (control: Control, counting: Study["counting"], anyway: boolean) => Promise<boolean>;
  /** New points of its curve; undefined where there are none. */
  readonly curve: (most: MostPoints) => Promise<TailNews | undefined>;
}

export function watchRun(folder: string, part: LiveRun["part"]): RunWatch {
  const metrics = join(folder, "metrics.jsonl");
  const tail = followMetrics(metrics);
  let state: RunState | undefined;
  let line: LiveRun | undefined;
  let trouble: string | undefined;
  let told = "";
  let held: string | undefined;
  const stamps = { folder: "", metrics: "", drawn: "" };
  // Two changes within a tick of the file system's clock have one time: after a change it is looked at once more.
  let settled = false;
  const read = async (control: Control, counting: Study["counting"]): Promise<void> => {
    trouble = undefined;
    try {
      const found = await readRunState(folder, control);
      state = found?.spec.id === basename(folder) ? found : undefined;
      line = state === undefined ? undefined : await lineOf(state, part, counting);
    } catch (error) {
      [state, line] = [undefined, undefined];
      const shown = readFailure(error, folder);
      trouble = shown instanceof Error ? shown.message : String(shown);
    }
  };
  return {
    state: () => state,
    line: () => line,
    trouble: () => trouble,
    look: async (control, counting, anyway) => {
      const hold = holdOf(control, basename(folder));
      if (state !== undefined && hasEnded(state) && settled && !anyway) return false;
      const now = await stampOf(folder);
      const written = state?.status === "pending" && now === stamps.folder ? stamps.metrics : await stampOf(metrics);
      const same = now === stamps.folder && written === stamps.metrics && hold === held;
      if (same && settled && !anyway) return false;
      settled = same;
      [stamps.folder, stamps.metrics, held] = [now, written, hold];
      await read(control, counting);
      const text = JSON.stringify([line, trouble]);
      const changed = text !== told;
      told = text;
      return changed;
    },
    curve: async (most) => {
      if (stamps.metrics === stamps.drawn) return undefined;
      stamps.drawn = stamps.metrics;
      return tail.look(most).catch(() => undefined);
    },
  };
}

const hasEnded = ({ status }: RunState): boolean => status === "done" || status === "diverged";

/** A run's line as the dashboard shows it. */
async function lineOf(state: RunState, part: LiveRun["part"], counting: Study["counting"]): Promise<LiveRun> {
  const { spec, folder } = state;
  const counts = countAttempts(await readAttempts(folder).catch(() => []));
  return {
    ...runLine(state, counting, counts),
    part,
    cost: costOf(spec),
    stepFlops: spec.batch.tokens * spec.flopsPerToken[spec.convention],
  };
}
