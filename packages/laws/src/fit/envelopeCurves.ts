import { binCurve, localLinear, lowerBound } from "../numerics/localLinear.js";
import type { CurvePoint, RunRecord } from "../record.js";

/** Points of a log-spaced grid of compute (Hoffmann et al. 2022 take 1,500). */
export interface FlopGrid {
  readonly flops: Float64Array;
  readonly logFlops: Float64Array;
}

/** One run's smoothed training curve on the grid; indices outside [first, end) are not covered. */
export interface SmoothedCurve {
  /** Index of the run in the records. */
  readonly run: number;
  readonly parameters: number;
  readonly tokensPerFlop: number;
  readonly first: number;
  readonly end: number;
  /** Smoothed loss at grid points first .. end - 1. */
  readonly loss: Float64Array;
}

/** How training curves are smoothed. */
export interface CurveOptions {
  /** Standard deviation of the Gaussian kernel in ln FLOPs; default 0.1. */
  readonly bandwidth?: number;
  /** Share of each run's FLOPs, from its start, that is left out as warm-up; default 0.1. */
  readonly warmupFraction?: number;
  /** Grid points; default 1500. */
  readonly gridPoints?: number;
}

export const DEFAULT_CURVES = { bandwidth: 0.1, warmupFraction: 0.1, gridPoints: 1500 } as const;

interface Span {
  readonly run: number;
  readonly size: number;
  readonly low: number;
  readonly high: number;
}

/** The grid between the least and the greatest compute that at least two sizes cover, and the curves on it. */
export function smoothCurves(
  records: readonly RunRecord[],
  options: Required<CurveOptions>,
): { readonly grid: FlopGrid; readonly curves: readonly SmoothedCurve[] } | undefined {
  const spans: Span[] = [];
  records.forEach((record, run) => {
    const curve = record.curve?.filter(isUsable);
    if (!curve || curve.length < 3) return;
    const last = curve.at(-1)!.flops;
    const kept = curve.find((point) => point.flops >= options.warmupFraction * last)!;
    if (kept.flops < last) spans.push({ run, size: record.parameters, low: kept.flops, high: last });
  });
  const range = commonRange(spans);
  if (!range) return undefined;

  const [low, high] = [Math.log(range[0]), Math.log(range[1])];
  const count = options.gridPoints;
  const logFlops = Float64Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
  const grid = { logFlops, flops: logFlops.map(Math.exp) };
  const curves = spans.map((span): SmoothedCurve => {
    const record = records[span.run]!;
    const kept = record.curve!.filter((point) => point.flops >= span.low && isUsable(point));
    const binned = binCurve(
      kept.map((point) => Math.log(point.flops)),
      kept.map((point) => point.loss),
      options.bandwidth / 4,
    );
    // A last grid point beyond the run's end by rounding alone still belongs to it.
    const first = lowerBound(logFlops, Math.log(span.low) - 1e-9);
    const end = lowerBound(logFlops, Math.log(span.high) + 1e-9);
    const loss = Float64Array.from({ length: Math.max(0, end - first) }, (_, k) =>
      localLinear(binned, logFlops[first + k]!, options.bandwidth),
    );
    const finish = kept.at(-1)!;
    return { run: span.run, parameters: span.size, tokensPerFlop: finish.tokens / finish.flops, first, end, loss };
  });
  return { grid, curves };
}

/** A point that diverged, or was never measured, says nothing; a run left with fewer than three has no curve. */
export function isUsable({ tokens, flops, loss }: CurvePoint): boolean {
  return [tokens, flops, loss].every((value) => Number.isFinite(value) && value > 0);
}

/** From the least to the greatest FLOPs at which curves of two different sizes exist. */
function commonRange(spans: readonly Span[]): readonly [number, number] | undefined {
  const covered = (at: number) =>
    new Set(spans.filter((s) => s.low <= at && at <= s.high).map((s) => s.size)).size >= 2;
  const low = Math.min(...spans.map((s) => s.low).filter(covered));
  const high = Math.max(...spans.map((s) => s.high).filter(covered));
  return low < high && Number.isFinite(high) ? [low, high] : undefined;
}
