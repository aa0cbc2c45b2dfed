/** A curve as step, loss, step, loss, …: steps ascending. */
export type Points = readonly number[];

/** Digits of a loss that a screen can show. */
const DIGITS = 6;

export const rounded = (loss: number): number => Number(loss.toPrecision(DIGITS));

/** Points that a curve may have where so many are sent at once: what a screen shows of one, less where there are thousands. */
export function pointsEach(curves: number): number {
  return Math.max(30, Math.min(200, Math.floor(150_000 / Math.max(1, curves))));
}

/** At most `most` points, equally spaced in log steps, the first and the last always among them. */
export function thinPoints(points: Points, most: number): number[] {
  const count = points.length / 2;
  const [first = 1, last = 1] = [points[0], points[points.length - 2]];
  if (count <= most) return [...points];
  const kept: number[] = [];
  const ratio = Math.log(last / first) / (most - 2);
  let next = Math.log(first);
  for (let i = 0; i < count - 1; i++) {
    const [step = 0, loss = 0] = [points[2 * i], points[2 * i + 1]];
    const at = Math.log(step);
    if (at < next - 1e-9) continue;
    kept.push(step, loss);
    next = Math.log(first) + ratio * (Math.floor((at - Math.log(first)) / ratio + 1e-9) + 1);
  }
  kept.push(last, points[points.length - 1] ?? 0);
  return kept;
}

/** Adds a point; those of its step and later ones were of a history that was cut back. */
export function addPoint(points: number[], step: number, loss: number): void {
  while (points.length > 0 && (points[points.length - 2] ?? 0) >= step) points.length -= 2;
  points.push(step, loss);
}
