import {
  createRandom,
  type FitResult,
  type FitWarning,
  type IsoflopError,
  isIsoflopError,
  kaplanModelSteps,
  type RunRecord,
} from "@isoflop/laws";
import { fitLaw } from "@isoflop/laws/anyLaw";
import { bandOf, FEWEST_DRAWS, namedDraws } from "./allocationLaw.js";
import { batchFitOf, type FittedRows } from "./fittedRows.js";
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

const CURVE = ["Nc", "alphaN", "Sc", "alphaS"] as const;
const BATCH = ["Bstar", "alphaB"] as const;
/** Each draw is a search of its own, for S_min is another with another critical batch. */
const MOST_DRAWS = 200;
const FEW_STARTS = 2;
const NO_INTERVALS: FitWarning = {
  code: "no-intervals",
  message: "Too few resamples of the curves could be fitted: no intervals.",
};

/**
 * L(N, S_min), Kaplan et al. 2020 (arXiv:2001.08361), equation 1.6, fitted to training curves over S_min (equation 5.4); undefined
 * where no B_crit(L) was fitted. Every draw takes one of B_crit(L), turns the curves by it, and resamples them, whole runs.
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
  const held = { draws: namedDraws<(typeof BATCH)[number]>(batch.draws), given: batch.parameters };
  const batchHeld = held.draws.length < FEWEST_DRAWS;
  const random = createRandom(seed);
  const rowsBy = (law: typeof held.given) => leastStepRows(leastCurves(records, batchTokens, law));
  const rows = rowsBy(batch.parameters);
  const said = {
    name: "kaplan-model-steps",
    curves: leastCurves(records, batchTokens, batch.parameters),
    rows,
    batchHeld,
  };
  const best = fitLaw(kaplanModelSteps, rows, { resamples: batchHeld ? resamples : 0, random });
  if (isIsoflopError(best)) return { ...said, warnings: [], problem: best };
  const { parameters, warnings } = best;
  const drawn = batchHeld
    ? namedDraws<(typeof CURVE)[number]>(best.draws).map((curve) => ({ ...curve, ...held.given }))
    : evenly(held.draws, Math.min(MOST_DRAWS, resamples)).flatMap((law) => {
        const one = fitLaw(kaplanModelSteps, rowsBy(law), { resamples: 1, starts: FEW_STARTS, random });
        const [curve] = isIsoflopError(one) ? [] : namedDraws<(typeof CURVE)[number]>(one.draws);
        return curve === undefined ? [] : [{ ...curve, ...law }];
      });
  const names = [...CURVE, ...BATCH];
  const intervals =
    drawn.length < FEWEST_DRAWS ? [] : CURVE.map((name) => [name, bandOf(drawn.map((p) => p[name]))] as const);
  return {
    ...said,
    fit: {
      parameters,
      intervals95: Object.fromEntries(intervals.map(([name, { low, high }]) => [name, [low, high] as const])),
      draws: { names, rows: drawn.map((p) => names.map((name) => p[name])) },
    },
    warnings: batchHeld || intervals.length > 0 || resamples === 0 ? warnings : [...warnings, NO_INTERVALS],
  };
}

function evenly<T>(all: readonly T[], most: number): T[] {
  return Array.from({ length: Math.min(all.length, most) }, (_, i) => all[Math.floor((i * all.length) / most)]!);
}
