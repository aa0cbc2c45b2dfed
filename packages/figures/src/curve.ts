import type { CurvePoint } from "@isoflop/laws";
import type { RunCurve } from "./data.js";

/** At most `most` points of a curve, equally spaced in log FLOPs, the first and the last always among them. */
export function thin<Point extends Pick<CurvePoint, "flops">>(curve: readonly Point[], most: number): readonly Point[] {
  const first = curve[0];
  const last = curve.at(-1);
  if (!first || !last || curve.length <= most) return curve;
  const kept: Point[] = [];
  const ratio = Math.log(last.flops / first.flops) / (most - 1);
  let next = first.flops;
  for (const point of curve) {
    if (point.flops >= next) {
      kept.push(point);
      next = first.flops * Math.exp(ratio * (Math.floor(Math.log(point.flops / first.flops) / ratio + 1e-9) + 1));
    }
  }
  if (kept.at(-1) !== last) kept.push(last);
  return kept;
}

/**
 * Gaussian smoothing of the log loss over log FLOPs: what a reader needs to see a run's course behind batch noise.
 * @param bandwidth standard deviation of the kernel in natural log of FLOPs
 * @returns `count` points, equally spaced in log FLOPs
 */
export function smooth(curve: readonly CurvePoint[], count = 80, bandwidth = 0.06): readonly CurvePoint[] {
  const usable = curve.filter((point) => point.flops > 0 && point.loss > 0);
  const first = usable[0];
  const last = usable.at(-1);
  if (!first || !last || usable.length < 3) return usable;
  const span = Math.log(last.flops / first.flops);
  let start = 0;
  return Array.from({ length: count }, (_, index) => {
    const x = Math.log(first.flops) + (span * index) / (count - 1);
    let weights = 0;
    let logLoss = 0;
    let tokens = 0;
    while (start < usable.length - 1 && Math.log(usable[start]?.flops ?? 1) < x - 4 * bandwidth) start += 1;
    for (let at = start; at < usable.length; at += 1) {
      const point = usable[at];
      if (!point) break;
      const distance = (Math.log(point.flops) - x) / bandwidth;
      if (distance > 4) break;
      const weight = Math.exp(-0.5 * distance * distance);
      weights += weight;
      logLoss += weight * Math.log(point.loss);
      tokens += weight * Math.log(point.tokens);
    }
    if (weights === 0) {
      // A gap wider than the kernel, as between the first few steps: the straight line across it.
      const after = usable.findIndex((point) => Math.log(point.flops) >= x);
      const right = usable[after] ?? last;
      const left = usable[Math.max(0, after - 1)] ?? first;
      const share = right === left ? 0 : (x - Math.log(left.flops)) / Math.log(right.flops / left.flops);
      return {
        flops: Math.exp(x),
        loss: left.loss * (right.loss / left.loss) ** share,
        tokens: left.tokens * (right.tokens / left.tokens) ** share,
      };
    }
    return { flops: Math.exp(x), loss: Math.exp(logLoss / weights), tokens: Math.exp(tokens / weights) };
  });
}

/** The curve to draw in full colour: the fit's own smoothing where it is given. */
export function smoothedCurve(run: RunCurve): readonly CurvePoint[] {
  return run.smoothed && run.smoothed.length > 0 ? thin(run.smoothed, 80) : smooth(run.curve);
}
