import type { DataConstrainedParameters } from "../laws/dataConstrained.js";
import { central95 } from "../numerics/statistics.js";
import type { BootstrapDraws } from "../uncertainty/bootstrap.js";
import type { Minimum } from "./dataConstrainedSolver.js";
import type { Interval } from "./result.js";

/** One minimum of the objective. */
export interface Basin {
  readonly parameters: DataConstrainedParameters;
  readonly objective: number;
  /** Share of the bootstrap draws whose own optimum is nearest to this one. */
  readonly share?: number;
  /** Of those draws alone; absent when there are fewer than twenty. */
  readonly intervals95?: Readonly<Record<"RD" | "RN", Interval>>;
}

export function basinsOf(minima: readonly Minimum[]): Basin[] {
  return minima.map(({ parameters, objective }) => ({ parameters, objective }));
}

/** Adds what the draws say of each minimum; `draws` has the columns RD, RN and basin. */
export function withinBasins(basins: readonly Basin[], { names, rows }: BootstrapDraws): Basin[] {
  if (rows.length === 0) return [...basins];
  const [RD, RN, basin] = [names.indexOf("RD"), names.indexOf("RN"), names.indexOf("basin")];
  return basins.map((one, i) => {
    const own = rows.filter((row) => row[basin] === i);
    return {
      ...one,
      share: own.length / rows.length,
      ...(own.length >= 20 && {
        intervals95: { RD: central95(own.map((row) => row[RD]!)), RN: central95(own.map((row) => row[RN]!)) },
      }),
    };
  });
}
