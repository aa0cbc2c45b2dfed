import { shippedMappings } from "../import/mapping/load.js";
import { firstMatch } from "../import/mapping/name.js";
import type { Mapping } from "../import/mapping/schema.js";
import type { TrackedRun } from "../import/source.js";

/** What a logged series of learning rates shows of the schedule. */
export interface LearningRateAlong {
  readonly peak: number;
  /** "falls to 10 % of its peak by the run's last step". */
  readonly ending: string;
  readonly warmup: string;
}

/** The learning rate along an imported run; undefined where none was logged, or it says nothing. */
export async function learningRateAlong(
  run: Pick<TrackedRun, "series">,
  mapping: Mapping,
): Promise<LearningRateAlong | undefined> {
  const names = [...(mapping.series.learningRate ?? []), ...(shippedMappings().at(-1)!.series.learningRate ?? [])];
  const series = new Map<string, { step: number; value: number }[]>();
  let end = 0;
  for await (const { key, step, value } of run.series()) {
    end = Math.max(end, step);
    if (!Number.isFinite(value) || firstMatch(names, [key]) === undefined) continue;
    const points = series.get(key) ?? [];
    points.push({ step, value });
    series.set(key, points);
  }
  const key = firstMatch(names, [...series.keys()])?.key;
  const points = (key === undefined ? undefined : series.get(key)) ?? [];
  const peak = points.reduce((most, { value }) => Math.max(most, value), 0);
  const last = points.at(-1);
  // Two points are no schedule; a series that stops early says nothing of the end.
  if (points.length < 3 || last === undefined || !(peak > 0) || last.step < 0.9 * end) return undefined;
  const share = last.value / peak;
  const rise = points.find(({ value }) => value >= 0.99 * peak)!;
  const percent = (part: number) => `${Number((100 * part).toPrecision(2))} %`;
  return {
    peak,
    ending:
      share <= 0.5
        ? `as logged, it has fallen to ${percent(share)} of its peak when the run ends`
        : `as logged, it is still at ${percent(share)} of its peak when the run ends: not matched to the length`,
    warmup:
      rise.step === points[0]!.step
        ? "none in the logged learning rates"
        : `${percent(rise.step / end)} of the steps, as logged`,
  };
}
