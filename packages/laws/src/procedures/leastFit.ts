import { fitLaw } from "../anyLaw.js";
import {
  type CriticalBatchParameterName,
  createRandom,
  type FitResult,
  type FitWarning,
  type IsoflopError,
  isIsoflopError,
  kaplanModelSteps,
  type Parameters,
  type RunRecord,
} from "../index.js";
import { central95 } from "../numerics/statistics.js";
import { warnBy } from "../statements/made.js";
import { partSentences } from "../statements/parts.js";
import { FEWEST_DRAWS } from "../uncertainty/bootstrap.js";
import { batchFitOf, type FittedRows, namedDraws } from "./fittedRows.js";
import { type LeastCurve, leastCurves, leastStepRows } from "./leastSteps.js";

/** L(N, S_min) through training curves. */
export interface LeastFit extends FittedRows {
  readonly curves: readonly LeastCurve[];
  /** Its draws have columns Bstar and alphaB too: the critical batch that each was made with. */
  readonly fit?: Pick<FitResult, "parameters" | "intervals95" | "draws">;
  /** Whether that was the same in all draws, for its own fit has none: what hangs on it has too narrow an interval. */
  readonly batchHeld: boolean;
  readonly warnings: readonly FitWarning[];
  /** Why there is no fit. */
  readonly problem?: IsoflopError;
}

type Curve = Readonly<Record<"Nc" | "alphaN" | "Sc" | "alphaS", number>>;
type Batch = Parameters<CriticalBatchParameterName>;
const CURVE = ["Nc", "alphaN", "Sc", "alphaS"] as const;
const BATCH = ["Bstar", "alphaB"] as const;
/** Some 10 ms each. */
const MOST_DRAWS = 100;
const FEW_STARTS = 2;
/** Of ln B_crit, and of its slope's share: for differences. */
const STEP = 0.1;
const warn = /* @__PURE__ */ warnBy(partSentences);

/**
 * L(N, S_min), Kaplan et al. 2020 (arXiv:2001.08361), equation 1.6, fitted to training curves over S_min (equation 5.4); undefined
 * where no B_crit(L) was fitted. A draw is a fit to curves resampled, whole runs, and moved by what a draw of B_crit(L), on
 * which S_min hangs, does to it: to first order in ln B_crit at the curves' middle loss and in 1/alpha_B.
 * @param batchTokens tokens of a batch, by a run's id
 */
export function fitLeast(
  records: readonly RunRecord[],
  batchTokens: Readonly<Record<string, number>>,
  parts: readonly FittedRows[],
  { resamples, seed }: { readonly resamples: number; readonly seed: number },
): LeastFit | undefined {
  const batch = batchFitOf(parts);
  if (batch === undefined) return undefined;
  const curvesBy = (law: Batch) => leastCurves(records, batchTokens, law);
  const curves = curvesBy(batch.parameters);
  const rows = leastStepRows(curves);
  // Not the stream of B_crit(L)'s draws, which these are paired with.
  const random = createRandom(seed + 1);
  const best = fitLaw(kaplanModelSteps, rows, { resamples: Math.min(resamples, MOST_DRAWS), random });
  const laws = namedDraws<keyof Batch>(batch.draws);
  const batchHeld = laws.length < FEWEST_DRAWS;
  const said = { name: "kaplan-model-steps", curves, rows, batchHeld };
  if (isIsoflopError(best)) return { ...said, warnings: [], problem: best };
  const { parameters, warnings } = best;
  const resampled = namedDraws<keyof Curve>(best.draws);
  const middle = Math.exp(rows.reduce((sum, { y }) => sum + Math.log(y), 0) / rows.length);
  const move = batchHeld || resampled.length === 0 ? undefined : mover(batch.parameters, middle, curvesBy);
  if (move === "unknown")
    return {
      ...said,
      fit: { parameters, intervals95: {}, draws: NO_DRAWS },
      warnings: [...warnings, warn("no-intervals/least-steps")],
    };
  const drawn = resampled
    .map((curve, i) => {
      const law = laws[Math.floor((i * laws.length) / resampled.length)];
      return move === undefined || law === undefined
        ? { ...curve, ...batch.parameters }
        : { ...move(curve, law), ...law };
    })
    // A draw that leaves alpha_B at a bound may move them beyond what a number holds.
    .filter((p) => CURVE.every((name) => p[name] > 0 && Number.isFinite(p[name])));
  const names = [...CURVE, ...BATCH];
  const intervals =
    drawn.length < FEWEST_DRAWS ? [] : CURVE.map((name) => [name, central95(drawn.map((p) => p[name]))] as const);
  return {
    ...said,
    fit: {
      parameters,
      intervals95: Object.fromEntries(intervals),
      draws: { names, rows: drawn.map((p) => names.map((name) => p[name])) },
    },
    warnings,
  };
}

const NO_DRAWS = { names: [], rows: [] } as const;

/** What another B_crit(L) does to a fit's constants, in their logarithms; "unknown" where it cannot be fitted with one nearby. */
function mover(
  fitted: Batch,
  middle: number,
  curvesBy: (law: Batch) => readonly LeastCurve[],
): "unknown" | ((curve: Curve, law: Batch) => Curve) {
  const logLoss = Math.log(middle);
  const placeOf = ({ Bstar, alphaB }: Batch) => [Math.log(Bstar) - logLoss / alphaB, 1 / alphaB] as const;
  const lawAt = (logBatch: number, slope: number): Batch => ({
    Bstar: Math.exp(logBatch + slope * logLoss),
    alphaB: 1 / slope,
  });
  const [logBatch, slope] = placeOf(fitted);
  const constants = (law: Batch): readonly number[] | undefined => {
    const fit = fitLaw(kaplanModelSteps, leastStepRows(curvesBy(law)), { resamples: 0, starts: FEW_STARTS });
    return isIsoflopError(fit) ? undefined : CURVE.map((name) => Math.log(fit.parameters[name]));
  };
  const slopes = (
    [
      [STEP, 0],
      [0, STEP * slope],
    ] as const
  ).map(([batchStep, slopeStep]) => {
    const after = constants(lawAt(logBatch + batchStep, slope + slopeStep));
    const before = constants(lawAt(logBatch - batchStep, slope - slopeStep));
    const width = 2 * (batchStep + slopeStep);
    return CURVE.map((_, i) => ((after?.[i] ?? Number.NaN) - (before?.[i] ?? Number.NaN)) / width);
  });
  if (slopes.some((all) => !all.every(Number.isFinite))) return "unknown";
  return (curve, law) => {
    const place = placeOf(law);
    const [byBatch, bySlope] = [place[0] - logBatch, place[1] - slope];
    const moved = CURVE.map((name, i) => {
      const shift = byBatch * (slopes[0]?.[i] ?? 0) + bySlope * (slopes[1]?.[i] ?? 0);
      return [name, curve[name] * Math.exp(shift)] as const;
    });
    return Object.fromEntries(moved) as Record<keyof Curve, number>;
  };
}
