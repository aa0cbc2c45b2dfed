import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MetricsLine, RunResult, RunSpec } from "../contract/runSpec.js";
import { courseOf } from "./earlyStopping.js";
import { setKey } from "./evaluate.js";

/**
 * What a run came to by its metrics alone, so that it does not matter in which session they were made. The noise scale's
 * arithmetic is loaded where a run measured it: it brings all of the library.
 */
export async function resultOf(
  spec: RunSpec,
  lines: readonly MetricsLine[],
): Promise<Pick<RunResult, "train/loss" | "val/loss" | "val/bits_per_byte" | "val/sets" | "best">> {
  const losses = lines.map((line) => line["train/loss"]).filter((loss) => loss !== undefined);
  const tail = losses.slice(-Math.max(1, Math.round(losses.length / 10)));
  const last = lines.at(-1);
  const { best } = courseOf(lines, spec.evaluation.earlyStopping);
  const sets = spec.data.validationSets.flatMap(({ name }) => {
    const loss = last?.[setKey(name)];
    return typeof loss === "number" ? [[name, loss] as const] : [];
  });
  return {
    ...(tail.length > 0 ? { "train/loss": tail.reduce((sum, loss) => sum + loss, 0) / tail.length } : {}),
    "val/loss": last?.["val/loss"],
    "val/bits_per_byte": last?.["val/bits_per_byte"],
    ...(sets.length > 0 ? { "val/sets": Object.fromEntries(sets) } : {}),
    ...(best ? { best } : {}),
    ...(spec.gradientNoise ? (await import("./noiseScale.js")).measuredNoise(lines, spec) : {}),
  };
}

/** result.json, whole or not at all. */
export function writeResult(folder: string, result: RunResult): void {
  const path = join(folder, "result.json");
  writeFileSync(`${path}.partial`, `${JSON.stringify(result, null, 2)}\n`);
  renameSync(`${path}.partial`, path);
}
