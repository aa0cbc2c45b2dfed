import { type Interval, type LawRow, scanBatches } from "../index.js";
import { studentT975 } from "../numerics/studentT.js";

/** A run of a scan of batches, with its validation losses. */
export interface ScannedRun {
  /** The run's id. */
  readonly run: string;
  readonly seed: number;
  readonly batchTokens: number;
  /** Steps ascending. */
  readonly curve: readonly { readonly step: number; readonly loss: number }[];
}

/** A row of B_crit(L) with the 95 % interval of its critical batch, where that is known. */
export interface CriticalBatchRow extends LawRow<"L"> {
  readonly interval95?: Interval;
}

/** Losses at which a scan of batches is read, from the least that all reached. */
const SCAN_LOSSES = 6;

/**
 * B_crit at several losses, each by the steps that every batch took to it: Kaplan et al. 2020 (arXiv:2001.08361), equation 5.1. The
 * rows of one seed are read off the same runs, and belong together as one run does. Their intervals are Student's, from the scatter
 * of the steps about equation 5.1.
 */
export function scanRows(runs: readonly ScannedRun[]): CriticalBatchRow[] {
  const own = runs.filter(({ curve }) => curve.length > 1);
  const least = Math.max(...own.map(({ curve }) => Math.min(...curve.map(({ loss }) => loss))));
  const most = Math.min(...own.map(({ curve }) => curve[0]?.loss ?? Number.NaN));
  if (own.length < 2 || !(least < most)) return [];
  const losses = Array.from(
    { length: SCAN_LOSSES },
    (_, i) => least * (most / least) ** ((0.7 * i) / (SCAN_LOSSES - 1)),
  );
  return [...new Set(own.map(({ seed }) => seed))].flatMap((seed) =>
    losses.flatMap((loss): CriticalBatchRow[] => {
      const points = own
        .filter((one) => one.seed === seed)
        .flatMap(({ batchTokens, curve }) => {
          const steps = stepsTo(curve, loss);
          return steps === undefined ? [] : [{ batch: batchTokens, steps }];
        });
      const scan = scanBatches(points);
      if (scan === undefined) return [];
      const { criticalBatch, logStandardError } = scan;
      const reach = logStandardError === undefined ? undefined : studentT975(points.length - 2) * logStandardError;
      return [
        {
          inputs: { L: loss },
          y: criticalBatch,
          run: `seed ${seed}`,
          ...(reach !== undefined && {
            interval95: [criticalBatch * Math.exp(-reach), criticalBatch * Math.exp(reach)] as const,
          }),
        },
      ];
    }),
  );
}

/** Steps to the first time a loss was reached, between two evaluations by the logarithm of the steps; undefined where it never was. */
export function stepsTo(curve: ScannedRun["curve"], loss: number): number | undefined {
  const reached = curve.findIndex((point) => point.loss <= loss);
  const [after, before] = [curve[reached], curve[reached - 1]];
  if (after === undefined) return undefined;
  if (before === undefined) return after.loss === loss ? after.step : undefined;
  const share = (before.loss - loss) / (before.loss - after.loss);
  return before.step * (after.step / before.step) ** share;
}
