/** A loss at a place along one run: tokens, FLOPs or steps, whichever the source has. */
export interface ProgressPoint {
  readonly progress: number;
  readonly loss: number;
}

/** Points of one curve: more than Approach 1's smoothing (bandwidth 0.1 in ln FLOPs) can tell apart. */
const MOST_POINTS = 400;
/** All curves together. */
const MOST_IN_ALL = 1_000_000;
/** What a thinned curve covers: the last factor of e^8 (2,981) of its run. Approach 1 looks at the last factor of ten. */
export const CURVE_SPAN = 8;

/** Points that each of so many curves may keep; 0: so many runs are read without their curves. */
export function pointsPerCurve(runs: number): number {
  const points = Math.min(MOST_POINTS, Math.floor(MOST_IN_ALL / Math.max(1, runs)));
  return points < 100 ? 0 : points;
}

/**
 * At most `most` points of a curve, progress ascending. A shorter curve stays as it is (of two losses at one place, as
 * after a restart, the later holds); a longer one is averaged in bins of equal width in ln progress, back from its end.
 */
export function thinCurve(points: readonly ProgressPoint[], most: number): ProgressPoint[] {
  if (points.length <= most) {
    const byProgress = new Map(points.map((point) => [point.progress, point]));
    return [...byProgress.values()].sort((a, b) => a.progress - b.progress);
  }
  const end = points.reduce((last, { progress }) => Math.max(last, progress), 0);
  const bins = new Map<number, { count: number; log: number; loss: number }>();
  for (const { progress, loss } of points) {
    const index = Math.floor((Math.log(end / progress) * most) / CURVE_SPAN);
    if (index >= most) continue;
    const bin = bins.get(index) ?? { count: 0, log: 0, loss: 0 };
    bins.set(index, { count: bin.count + 1, log: bin.log + Math.log(progress / end), loss: bin.loss + loss });
  }
  return [...bins]
    .sort(([a], [b]) => b - a)
    .map(([, { count, log, loss }]) => ({ progress: end * Math.exp(log / count), loss: loss / count }));
}
