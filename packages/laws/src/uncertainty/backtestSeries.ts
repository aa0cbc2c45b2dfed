import { isIsoflopError } from "../error.js";
import type { Forecaster } from "../forecast/forecaster.js";
import type { RunRecord } from "../record.js";
import { type BacktestCell, backtestCell, measureHeldOut } from "./backtestCell.js";
import { type BacktestStructure, backtestGroups, tooFewGroups } from "./backtestGroups.js";
import { type BacktestSummary, summariseBacktest } from "./backtestSummary.js";

/** A procedure to be tested by what it forecasts. */
export interface BacktestProcedure {
  /** Unique: "2", "3", "3-least-squares", …. */
  readonly name: string;
  /** Free parameters of its law of the loss: of procedures that forecast alike, the simpler is taken. */
  readonly freeParameters: number;
  /** e.g. (records) => forecasterOf(fitParametric(records)). May throw IsoflopError: that is reported, not thrown. */
  fit(records: readonly RunRecord[]): Forecaster;
}

/** A procedure that could not be fitted up to some compute, or had nothing to be compared with there. */
export interface BacktestFailure {
  readonly procedure: string;
  /** FLOPs. */
  readonly fittedTo: number;
  readonly code: string;
  readonly reason: string;
}

/** Every procedure's forecasts of compute that it was not shown. */
export interface BacktestSeries {
  readonly structure: BacktestStructure;
  readonly procedures: readonly Pick<BacktestProcedure, "name" | "freeParameters">[];
  /** The values of compute that fits were cut at, ascending, FLOPs, and how many runs each fit saw. */
  readonly cuts: readonly { readonly fittedTo: number; readonly runs: number }[];
  /** By cut, procedure and held-out compute, ascending. */
  readonly cells: readonly BacktestCell[];
  readonly failures: readonly BacktestFailure[];
  /** In the order of the procedures. */
  readonly summaries: readonly BacktestSummary[];
}

/** Budgets that the first fit sees: one budget alone shows no effect of compute. Scattered runs of one group do. */
const FIRST_FIT = { isoflop: 2, scattered: 1 } as const;

/**
 * Fits every procedure to the runs of compute up to C_k, for each k, and asks it for each later C_j: the loss at the
 * measured minimum of every held-out isoFLOP profile, N_opt there, and (of fits of L(N, D)) the loss of every held-out
 * run. Curves of the runs below end below, so that nothing held out is seen. Cells of one k share a fit, and cells of
 * one j a measurement: they are not independent of each other.
 * @throws IsoflopError "too-few-budgets", "some-budgets"
 */
export function backtestSeries(
  records: readonly RunRecord[],
  procedures: readonly BacktestProcedure[],
): BacktestSeries {
  const grouped = backtestGroups(records);
  const { structure, groups } = grouped;
  const first = FIRST_FIT[structure];
  if (groups.length <= first) throw tooFewGroups(grouped, first + 1);
  const held = groups.map((group) => measureHeldOut(group, structure, records));
  const cuts: { fittedTo: number; runs: number }[] = [];
  const cells: BacktestCell[] = [];
  const failures: BacktestFailure[] = [];
  for (let k = first - 1; k < groups.length - 1; k++) {
    const seen = groups[k]!.seen.map((i) => records[i]!);
    const fittedTo = groups[k]!.upTo;
    cuts.push({ fittedTo, runs: seen.length });
    for (const { name, fit } of procedures) {
      const fail = (code: string, reason: string) => failures.push({ procedure: name, fittedTo, code, reason });
      try {
        const forecaster = fit(seen);
        const made = held.slice(k + 1).map((one) => backtestCell(name, fittedTo, forecaster, one));
        const sound = made.filter((cell) => cell !== undefined && Number.isFinite(cell.absoluteLogError));
        cells.push(...(sound as BacktestCell[]));
        if (made.includes(undefined)) {
          fail("no-held-out-optimum", "Scattered runs have no measured optimum, and this law predicts nothing else.");
        } else if (sound.length < made.length) {
          fail("no-forecast", "The fit gives no positive, finite loss at some held-out compute.");
        }
      } catch (error) {
        if (!isIsoflopError(error)) throw error;
        fail(error.code, error.message);
      }
    }
  }
  return {
    structure,
    procedures: procedures.map(({ name, freeParameters }) => ({ name, freeParameters })),
    cuts,
    cells,
    failures,
    summaries: procedures.map(({ name }) =>
      summariseBacktest(
        name,
        cells.filter((cell) => cell.procedure === name),
      ),
    ),
  };
}
