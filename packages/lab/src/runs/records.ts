import { basename, dirname } from "node:path";
import type { CountingConvention, CurvePoint, RunRecord } from "@isoflop/laws";
import { type MetricsLine, readFailure } from "@isoflop/trainer/contract";
import { countedSize } from "../study/countedSize.js";
import { availableTokens } from "../study/runTotals.js";
import type { Study } from "../study/schema.js";
import { readControl } from "./control.js";
import { countedLoss } from "./countedLoss.js";
import { listRuns } from "./folder.js";
import { readMetrics } from "./metrics.js";
import { type RunState, readRunState } from "./status.js";

/** The finished runs of a study as the fits take them, and what could not be taken. */
export interface StudyRecords {
  readonly records: readonly RunRecord[];
  readonly convention: CountingConvention;
  /** Runs that ended without a loss (diverged, failed, cancelled), with their reason. */
  readonly dropped: readonly { readonly id: string; readonly name: string; readonly reason: string }[];
}

/** Many, but fewer than the files that a process may have open. */
export const READ_AT_ONCE = 64;

/** A run folder that cannot be read, and why. */
export interface UnreadableRun {
  readonly id: string;
  readonly reason: string;
}

/**
 * The states in a study's runs folder, or of the runs named. A folder that is not named after its run is a copy of one:
 * fitted beside its original it would count that run twice. A run that cannot be read is an error, unless there is
 * somebody to tell it to.
 */
export async function readRuns(
  runsFolder: string,
  ids?: ReadonlySet<string>,
  onUnreadable?: (run: UnreadableRun) => void,
): Promise<RunState[]> {
  const control = await readControl(dirname(runsFolder));
  const folders = (await listRuns(runsFolder)).filter((folder) => ids?.has(basename(folder)) ?? true);
  const read = (folder: string) =>
    readRunState(folder, control).catch((error: unknown) => {
      if (onUnreadable === undefined || !(error instanceof Error)) throw error;
      const shown = readFailure(error, folder);
      onUnreadable({ id: basename(folder), reason: (shown instanceof Error ? shown : error).message });
      return undefined;
    });
  const states: (RunState | undefined)[] = [];
  for (let i = 0; i < folders.length; i += READ_AT_ONCE) {
    states.push(...(await Promise.all(folders.slice(i, i + READ_AT_ONCE).map(read))));
  }
  return states.filter((state) => state !== undefined).filter(({ spec, folder }) => spec.id === basename(folder));
}

/**
 * The runs whose role and status are wanted, as records with their training-loss curves. Who asks again and again hands in where the
 * lines of their metrics are from.
 */
export async function toRecords(
  states: readonly RunState[],
  counting: Study["counting"],
  role: "fit" | "holdout",
  linesOf: typeof readMetrics = readMetrics,
): Promise<StudyRecords> {
  const wanted = states.filter((state) => (state.spec.role === "fit") === (role === "fit"));
  const records: RunRecord[] = [];
  const dropped: { id: string; name: string; reason: string }[] = [];
  for (const state of wanted) {
    const { id, name } = state.spec;
    const record = state.status === "done" ? await toRecord(state, counting, linesOf) : undefined;
    if (record !== undefined) records.push(record);
    else if (state.status !== "pending" && state.status !== "running" && state.status !== "paused") {
      dropped.push({
        id,
        name,
        reason: `${state.status}${state.result?.reason === undefined ? "" : `: ${state.result.reason}`}`,
      });
    }
  }
  records.sort(
    (a, b) =>
      (a.budget ?? a.flops) - (b.budget ?? b.flops) || a.parameters - b.parameters || (a.seed ?? 0) - (b.seed ?? 0),
  );
  return { records, convention: { parameters: counting.parameters, flops: counting.flops }, dropped };
}

async function toRecord(
  state: RunState,
  counting: Study["counting"],
  linesOf: typeof readMetrics,
): Promise<RunRecord | undefined> {
  const { spec, result, folder } = state;
  const counted = countedLoss(spec, result);
  if (counted === undefined || !Number.isFinite(counted.loss)) return undefined;
  const { loss, tokens } = counted;
  const flopsPerToken = spec.flopsPerToken[counting.flops];
  const uniqueTokens = availableTokens(spec);
  return {
    id: spec.id,
    parameters: countedSize(spec, counting),
    tokens,
    flops: tokens * flopsPerToken,
    loss,
    ...(spec.budget === undefined ? {} : { budget: spec.budget }),
    seed: spec.seed,
    ...(tokens > uniqueTokens ? { uniqueTokens } : {}),
    curve: toCurve(await linesOf(folder), flopsPerToken),
  };
}

/** Training loss over tokens. Lines may overlap where a trainer was stopped after its last checkpoint: the newer holds. */
function toCurve(lines: readonly MetricsLine[], flopsPerToken: number): CurvePoint[] {
  const byTokens = new Map(
    lines.flatMap(({ tokens, "train/loss": loss }) => (loss === undefined ? [] : [[tokens, loss] as const])),
  );
  return [...byTokens]
    .filter(([, loss]) => Number.isFinite(loss))
    .sort(([a], [b]) => a - b)
    .map(([tokens, loss]) => ({ tokens, flops: tokens * flopsPerToken, loss }));
}
