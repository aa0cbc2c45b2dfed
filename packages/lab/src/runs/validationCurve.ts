import type { MetricsLine } from "@isoflop/trainer";

/** Validation losses along a run, steps ascending. */
export type LossCurve = readonly { readonly step: number; readonly loss: number }[];

/** The evaluations of a run; where lines overlap after a stop, the newer holds. */
export function lossCurve(lines: readonly MetricsLine[]): LossCurve {
  const byStep = new Map(lines.map((line) => [line.step, line["val/loss"]]));
  return [...byStep]
    .flatMap(([step, loss]) => (loss !== undefined && Number.isFinite(loss) ? [{ step, loss }] : []))
    .sort((a, b) => a.step - b.step);
}

/** A loss that fell by more than this over the last fifth of a run has not converged. */
const STILL_FALLING = 0.005;

/** Whether a run ended while its validation loss was still falling: by more than half a per cent over the last fifth of its steps. */
export function notConverged(curve: LossCurve): boolean {
  const last = curve.at(-1);
  if (last === undefined) return false;
  const early = curve.filter(({ step }) => step <= 0.8 * last.step);
  const least = (points: LossCurve) => Math.min(...points.map(({ loss }) => loss));
  return early.length > 0 && least(curve) < (1 - STILL_FALLING) * least(early);
}
