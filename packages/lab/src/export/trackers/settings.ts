import type { Hyperparameter } from "@isoflop/trainer/tracking";
import type { ExportRun } from "../input.js";

/**
 * What a tracker without a summary is told of a run's settings: plain values, lists as JSON; and of what it came to all that is neither a
 * setting nor the end of a series, since N or D may stand there alone.
 */
export function settingsOf(
  { config, summary }: Pick<ExportRun, "config" | "summary">,
  series: ReadonlySet<string>,
): Record<string, Hyperparameter> {
  const found: Record<string, Hyperparameter> = {};
  const ends = Object.entries(summary).filter(([name]) => !series.has(name));
  for (const [name, value] of [...ends, ...Object.entries(config)]) {
    if (value === null || value === undefined) continue;
    found[name] =
      typeof value === "number" || typeof value === "string" || typeof value === "boolean"
        ? value
        : JSON.stringify(value);
  }
  return found;
}
