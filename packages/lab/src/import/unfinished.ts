import type { FitWarning } from "@isoflop/laws";
import { importSentences, warnBy } from "@isoflop/laws/statements";
import type { ManifestEntry } from "./manifest.js";

type Ended = Pick<ManifestEntry, "name" | "state">;

const NAMED = 5;

/** Runs that their tracker calls running, crashed, failed or killed. Of others it says that they finished, or nothing. */
export const unfinishedOf = <Run extends Ended>(runs: readonly Run[]): Run[] =>
  runs.filter(({ state }) => state !== undefined && state !== "finished");

/**
 * A run that was cut short is a record like any other: its N, D and loss belong together. But its learning rate had not come
 * down, so it lies above the law of those that finished.
 */
export function unfinishedWarning(runs: readonly Ended[]): FitWarning | undefined {
  const open = unfinishedOf(runs);
  if (open.length === 0) return undefined;
  const counts = new Map<string, number>();
  for (const { state } of open) counts.set(state!, (counts.get(state!) ?? 0) + 1);
  const isSilent = runs.some(({ state }) => state === undefined);
  return warnBy(importSentences)("unfinished-runs", {
    unfinished: open.length,
    runs: runs.length,
    states: [...counts].map(([state, count]) => ({ state, count })),
    names: open.slice(0, NAMED).map(({ name }) => name.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")),
    condition: `${isSilent ? "state IS NULL OR " : ""}state = 'finished'`,
  });
}
