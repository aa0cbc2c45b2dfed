import { mean } from "../numerics/statistics.js";
import type { BacktestCell } from "./backtestCell.js";

/** Upper bounds of the classes of extrapolation, C_j / C_k: half decades. */
const EXTRAPOLATION_CLASSES = [3, 10, 30, 100, Number.POSITIVE_INFINITY] as const;
/** Budgets three times apart, nominally, are within three times of each other. */
const NOMINALLY = 1.02;

/** Forecasts that reach about equally far. */
export interface ExtrapolationClass {
  /** beyond < C_j / C_k <= upTo; upTo is absent in the last class. */
  readonly beyond: number;
  readonly upTo?: number;
  readonly cells: number;
  /** Nats per token. */
  readonly meanAbsoluteLossError: number;
  /** Of ln loss: about the share of the loss. */
  readonly meanAbsoluteLogError: number;
  readonly largestAbsoluteLogError: number;
}

/** How one procedure forecast. */
export interface BacktestSummary {
  readonly procedure: string;
  /** Cells whose loss error counts, and those left out of the numbers here. */
  readonly cells: number;
  readonly leftOut: number;
  /** Only classes that have cells. */
  readonly byExtrapolation: readonly ExtrapolationClass[];
  /** Losses inside their 95 % prediction intervals, of those that have one. */
  readonly held: { readonly inside: number; readonly of: number };
  /** ln(forecast N_opt / measured), over every cell that has one: mean, and root mean square. */
  readonly parameters?: {
    readonly cells: number;
    readonly meanLogRatio: number;
    readonly rootMeanSquareLogRatio: number;
  };
}

/** @param cells of one procedure */
export function summariseBacktest(procedure: string, cells: readonly BacktestCell[]): BacktestSummary {
  const counted = cells.filter((cell) => cell.leftOut === undefined);
  const ratios = cells.flatMap((cell) => (cell.parametersRatio ? [Math.log(cell.parametersRatio)] : []));
  const sum = (f: (cell: BacktestCell) => number) => counted.reduce((total, cell) => total + f(cell), 0);
  return {
    procedure,
    cells: counted.length,
    leftOut: cells.length - counted.length,
    byExtrapolation: EXTRAPOLATION_CLASSES.flatMap((upTo, i) => {
      const beyond = EXTRAPOLATION_CLASSES[i - 1] ?? 1;
      const members = counted.filter(
        (c) => c.extrapolation <= NOMINALLY * upTo && (i === 0 || c.extrapolation > NOMINALLY * beyond),
      );
      if (members.length === 0) return [];
      const logs = members.map((c) => c.absoluteLogError);
      return [
        {
          beyond,
          ...(Number.isFinite(upTo) && { upTo }),
          cells: members.length,
          meanAbsoluteLossError: mean(members.map((c) => c.absoluteLossError)),
          meanAbsoluteLogError: mean(logs),
          largestAbsoluteLogError: Math.max(...logs),
        },
      ];
    }),
    held: { inside: sum((c) => c.held?.inside ?? 0), of: sum((c) => c.held?.of ?? 0) },
    ...(ratios.length > 0 && {
      parameters: {
        cells: ratios.length,
        meanLogRatio: mean(ratios),
        rootMeanSquareLogRatio: Math.sqrt(mean(ratios.map((r) => r * r))),
      },
    }),
  };
}
