import { isUsable } from "../fit/envelopeCurves.js";
import {
  type CriticalBatchParameterName,
  criticalBatch,
  type LawRow,
  minimumCompute,
  minimumSteps,
  type Parameters,
  type RunRecord,
} from "../index.js";

/** A training curve as it would have been far above the critical batch (S_min), and far below it (C_min). */
export interface LeastCurve {
  readonly id: string;
  readonly parameters: number;
  readonly points: readonly { readonly steps: number; readonly flops: number; readonly loss: number }[];
}

/** The start of a run, which no law describes: as Approach 1 leaves it out. */
const WARMUP_SHARE = 0.1;
/** Means over so many stretches of a curve, even in ln steps: what is left of its noise is small, and every stretch counts alike. */
const STRETCHES = 10;

/**
 * Training curves over S_min and C_min: Kaplan et al. 2020 (arXiv:2001.08361), equations 5.4 and 5.5, with the critical
 * batch at the loss that was reached.
 * @param batchTokens tokens of a batch, by a run's id; runs that are not in it have no steps
 */
export function leastCurves(
  records: readonly RunRecord[],
  batchTokens: Readonly<Record<string, number>>,
  batchLaw: Parameters<CriticalBatchParameterName>,
): LeastCurve[] {
  return records.flatMap((record): LeastCurve[] => {
    const batch = batchTokens[record.id];
    if (batch === undefined) return [];
    const points = stretches(record).map(({ tokens, flops, loss }) => {
      const critical = criticalBatch.value(batchLaw, { L: loss });
      return {
        steps: minimumSteps(tokens / batch, batch, critical),
        flops: minimumCompute(flops, batch, critical),
        loss,
      };
    });
    return points.length < 2 ? [] : [{ id: record.id, parameters: record.parameters, points }];
  });
}

/** Rows for L(N, S_min), equation 1.6; all points of a curve are of one run. */
export const leastStepRows = (curves: readonly LeastCurve[]): LawRow<"N" | "S">[] =>
  curves.flatMap(({ id, parameters, points }) =>
    points.map(({ steps, loss }) => ({ inputs: { N: parameters, S: steps }, y: loss, run: id })),
  );

/** The curve of least loss at some C_min. */
export interface EfficientRun {
  readonly id: string;
  readonly flops: number;
  readonly parameters: number;
  readonly steps: number;
  readonly loss: number;
}

/** The run of least loss at values of C_min that two sizes reach, but for those of the smallest and largest size there. */
export function efficientRuns(curves: readonly LeastCurve[], values = 24): EfficientRun[] {
  const all = curves.flatMap(({ points }) => points.map(({ flops }) => Math.log(flops)));
  const [low, high] = [Math.min(...all), Math.max(...all)];
  return Array.from({ length: values }, (_, i) => low + ((high - low) * i) / (values - 1)).flatMap((at) => {
    const there = curves.flatMap((curve) => {
      const found = interpolated(curve, at);
      return found === undefined ? [] : [{ ...found, id: curve.id, parameters: curve.parameters }];
    });
    const [best] = [...there].sort((a, b) => a.loss - b.loss);
    const sizes = there.map(({ parameters }) => parameters);
    if (best === undefined || best.parameters === Math.min(...sizes) || best.parameters === Math.max(...sizes))
      return [];
    const { id, parameters, steps, loss } = best;
    return [{ id, flops: Math.exp(at), parameters, steps, loss }];
  });
}

function interpolated({ points }: LeastCurve, logFlops: number): { loss: number; steps: number } | undefined {
  const above = points.findIndex(({ flops }) => Math.log(flops) >= logFlops);
  const [left, right] = [points[above - 1], points[above]];
  if (left === undefined || right === undefined) return undefined;
  const share = (logFlops - Math.log(left.flops)) / (Math.log(right.flops) - Math.log(left.flops));
  return {
    loss: left.loss + share * (right.loss - left.loss),
    steps: left.steps * (right.steps / left.steps) ** share,
  };
}

/** Means of a curve over stretches even in ln tokens. */
function stretches({ curve = [], tokens }: RunRecord): { tokens: number; flops: number; loss: number }[] {
  const kept = curve.filter((point) => point.tokens >= WARMUP_SHARE * tokens && isUsable(point));
  const [first, last] = [kept[0]?.tokens ?? 1, kept.at(-1)?.tokens ?? 1];
  const width = Math.log(last / first) / STRETCHES;
  const groups = new Map<number, typeof kept>();
  for (const point of kept) {
    const place = width > 0 ? Math.min(STRETCHES - 1, Math.floor(Math.log(point.tokens / first) / width)) : 0;
    groups.set(place, [...(groups.get(place) ?? []), point]);
  }
  return [...groups.values()].map((group) => {
    const mean = (of: (point: (typeof kept)[number]) => number) =>
      Math.exp(group.reduce((sum, point) => sum + Math.log(of(point)), 0) / group.length);
    return { tokens: mean((p) => p.tokens), flops: mean((p) => p.flops), loss: mean((p) => p.loss) };
  });
}
