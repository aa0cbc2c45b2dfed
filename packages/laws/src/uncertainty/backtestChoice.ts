import { mean, standardDeviation } from "../numerics/statistics.js";
import { studentT975 } from "../numerics/studentT.js";
import type { BacktestCell } from "./backtestCell.js";
import type { BacktestSeries } from "./backtestSeries.js";

/** A procedure's place among those that forecast the same cells. */
export interface RankedProcedure {
  readonly procedure: string;
  /** Mean over the fits of the mean, over what each forecasts, of its cost / (1 + ln(C_j / C_k)): see chooseByBacktest. */
  readonly score: number;
  /** Score minus that of the procedure taken: of the paired differences, one a fit, the mean and its 95 % t interval. */
  readonly difference?: { readonly mean: number; readonly interval95?: readonly [low: number, high: number] };
  /** Whether the interval of the difference leaves out zero; of the procedure taken, whether that of every other does. */
  readonly toldApart: boolean;
  readonly reason: string;
}

/** Which procedure to forecast by, and how sure that is. */
export interface BacktestChoice {
  /** Undefined where none could be tested. */
  readonly chosen?: string;
  /** Cells that all the ranked procedures have, and the fits of each that made them. */
  readonly cells: number;
  readonly fits: number;
  /** Best first. */
  readonly ranking: readonly RankedProcedure[];
  readonly unranked: readonly { readonly procedure: string; readonly reason: string }[];
}

/** What a choice by backtest can be told. */
export interface ChoiceOptions {
  /** Procedures to choose among; default: all of the series. */
  readonly among?: readonly string[];
}

/** Scores that differ by less are equal but for rounding. */
const ROUNDING = 1e-9;
/** A simpler law may cost at most this share more: with few fits, a standard error alone would excuse anything. */
const TIE_SHARE = 0.25;

/**
 * Chooses by the cost of forecasts, never by the goodness of the fit. The cost of a cell is |ln(forecast / measured
 * loss)| and, of profiles, what training the forecast N_opt would have lost (ln of the loss there over the least): a law
 * may be right on the loss and wrong on what to train. Compared are the cells that every candidate has: who was not
 * asked the hard questions wins nothing by it. A cell weighs 1 / (1 + ln(C_j / C_k)), for the error of a sound forecast
 * is about the noise at the edge of the data and grows with ln C beyond it: unweighted, the farthest forecasts of the
 * smallest fits would decide alone; by error per ln C, the noise of the nearest. Each fit counts once, however many
 * budgets lie beyond it, so that the fits of fewest budgets, which have most beyond them, do not outvote those most like
 * the fit that will be used.
 *
 * Of the procedures within one standard error of the least cost (paired, over the fits; Breiman et al. 1984, section
 * 3.4.3) and within a quarter of it, the one whose law has the fewest parameters is taken; then the least cost. The fits
 * share runs, so that errors and intervals, which take them as independent, are somewhat too narrow.
 */
export function chooseByBacktest(series: BacktestSeries, options: ChoiceOptions = {}): BacktestChoice {
  const unranked: { procedure: string; reason: string }[] = [];
  let candidates = series.procedures
    .filter(({ name }) => options.among?.includes(name) ?? true)
    .map(({ name, freeParameters }) => {
      const own = series.cells.filter((cell) => cell.procedure === name);
      const counted = new Map(own.filter(answers).map((cell) => [keyOf(cell), cell]));
      return { name, freeParameters, own, counted };
    });
  const drop = (name: string, reason: string) => {
    unranked.push({ procedure: name, reason });
    candidates = candidates.filter((one) => one.name !== name);
  };
  for (const { name, own, counted } of candidates) {
    if (counted.size === 0) drop(name, whyUntested(series, name, own));
  }
  let common = commonKeys(candidates);
  while (common.length === 0 && candidates.length > 0) {
    const fewest = candidates.reduce((least, one) => (one.counted.size < least.counted.size ? one : least));
    drop(fewest.name, "it was tested on no forecast that the others were tested on as well");
    common = commonKeys(candidates);
  }
  const scored = candidates
    .map(({ name, freeParameters, counted }, order) => {
      const byFit = new Map<number, number[]>();
      for (const key of common) {
        const cell = counted.get(key)!;
        const cost = cell.absoluteLogError + (cell.allocationLogRegret ?? 0);
        const value = cost / (1 + Math.max(0, Math.log(cell.extrapolation)));
        byFit.set(cell.fittedTo, [...(byFit.get(cell.fittedTo) ?? []), value]);
      }
      const perFit = [...byFit.values()].map(mean);
      return { name, freeParameters, order, perFit, score: mean(perFit) };
    })
    .sort((p, q) => p.score - q.score);
  const [least] = scored;
  if (!least) return { cells: 0, fits: 0, ranking: [], unranked };
  const tied = scored.filter((one) => {
    const { mean: behind, standardError = 0 } = paired(one.perFit, least.perFit);
    return behind <= ROUNDING + Math.min(standardError, TIE_SHARE * least.score);
  });
  const best = [...tied].sort(
    (p, q) => p.freeParameters - q.freeParameters || p.score - q.score || p.order - q.order,
  )[0]!;
  const others = scored
    .filter((one) => one !== best)
    .map((one): RankedProcedure => {
      const { interval95, ...difference } = paired(one.perFit, best.perFit);
      const toldApart = interval95 !== undefined && interval95[0] > 0;
      const reason = tied.includes(one)
        ? `as good as ${best.name} within a standard error, but not simpler`
        : `worse than ${best.name}${toldApart ? "" : ", though too few forecasts to tell the two apart for sure"}`;
      return {
        procedure: one.name,
        score: one.score,
        difference: { mean: difference.mean, ...(interval95 && { interval95 }) },
        toldApart,
        reason,
      };
    });
  const apart = others.length > 0 && others.every((one) => one.toldApart);
  const rivals = names(tied.filter((one) => one !== best));
  const reason =
    others.length === 0
      ? "the only one that could be tested"
      : best !== least
        ? `the simplest of those within a standard error of the least, that of ${least.name}`
        : rivals === ""
          ? "least error"
          : `least error, within a standard error of ${rivals}`;
  return {
    chosen: best.name,
    cells: common.length,
    fits: best.perFit.length,
    ranking: [{ procedure: best.name, score: best.score, toldApart: apart, reason }, ...others],
    unranked,
  };
}

/** Whether a cell says both what to train and at what loss; of scattered runs, the losses say all there is. */
const answers = (cell: BacktestCell) =>
  cell.leftOut === undefined && (cell.against === "runs" || cell.expected?.parameters !== undefined);
const keyOf = (cell: BacktestCell) => `${cell.fittedTo}/${cell.heldOut}`;
const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name).join(", ");

function commonKeys(candidates: readonly { readonly counted: ReadonlyMap<string, unknown> }[]): string[] {
  const [first, ...rest] = candidates;
  return [...(first?.counted.keys() ?? [])].filter((key) => rest.every(({ counted }) => counted.has(key)));
}

/** Differences of costs, fit by fit. */
function paired(costs: readonly number[], others: readonly number[]) {
  const differences = costs.map((cost, i) => cost - others[i]!);
  const centre = mean(differences);
  if (differences.length < 2) return { mean: centre };
  const standardError = standardDeviation(differences) / Math.sqrt(differences.length);
  const half = studentT975(differences.length - 1) * standardError;
  return { mean: centre, standardError, interval95: [centre - half, centre + half] as const };
}

const LEFT_OUT = {
  "training-loss": "it forecasts a training loss, which is not what was measured",
  "two-minima": "two minima show no irreducible loss, and more were never there to be fitted",
  "no-held-out-minimum": "no held-out profile has a minimum to compare with",
} as const;

function whyUntested(series: BacktestSeries, name: string, own: readonly BacktestCell[]): string {
  const leftOut = own.find((cell) => cell.leftOut)?.leftOut;
  if (leftOut) return LEFT_OUT[leftOut];
  if (own.length > 0) return "its law says nothing of N and D: what to train, it cannot tell";
  return series.failures.filter(({ procedure }) => procedure === name).at(-1)?.reason ?? "it made no forecast";
}
