import type { CriticalBatchParameterName } from "@isoflop/laws";
import { atBound, BATCH_PARTS, batchPartOf, type FittedRows, namedDraws } from "@isoflop/laws/procedures";
import type { CriticalBatchData } from "../data.js";
import { logSpace } from "../ticks.js";
import { bandOf, FEWEST_DRAWS } from "./allocationLaw.js";
import { named } from "./names.js";

/** The losses of one scan are read off the same runs: a law's interval needs scans of so many seeds. */
const FEWEST_SCANS = 3;

/** B_crit by scans and by the noise scale, with the law that the scans give, or else the noise scale; absent without any point. */
export function criticalBatchOf(
  parts: readonly FittedRows[],
  names: ReadonlyMap<string, string>,
): CriticalBatchData | undefined {
  const own = BATCH_PARTS.flatMap((name) => {
    const part = parts.find((one) => one.name === name);
    return part === undefined ? [] : [{ ...part, from: name === "critical-batch-scan" ? "scan" : "noise" } as const];
  });
  const points = own.flatMap(({ rows, from }) =>
    rows.map(({ inputs, y, run, interval95 }) => ({
      // A scan's point is of all runs of a seed, and no run's own.
      ...(from === "scan" ? { name: run ?? "" } : named(run, names)),
      loss: inputs.L ?? Number.NaN,
      batch: y,
      from,
      ...(interval95 && { interval95 }),
    })),
  );
  if (points.length === 0) return undefined;
  const fitted = batchPartOf(own);
  if (fitted?.fit === undefined) return { points };
  const { fit, from, rows } = fitted;
  const { Bstar = 1, alphaB = 1 } = fit.parameters;
  const interval = fit.intervals95.alphaB;
  const draws = namedDraws<CriticalBatchParameterName>(fit.draws);
  const losses = points.map(({ loss }) => loss);
  return {
    points,
    law: {
      from,
      ...(from === "scan" && new Set(rows.map(({ run }) => run)).size < FEWEST_SCANS && { fewScans: true }),
      ...(own.some((part) => part.from !== from && part.fit && atBound(part.fit)) && { otherAtBound: true }),
      ...(atBound(fit) && { atBound: true }),
      Bstar,
      alphaB,
      ...(interval && { alphaBInterval: interval }),
      ...(draws.length < FEWEST_DRAWS
        ? {}
        : {
            band: logSpace(Math.min(...losses), Math.max(...losses), 30).map((loss) => ({
              loss,
              ...bandOf(draws.map((p) => p.Bstar / loss ** (1 / p.alphaB))),
            })),
          }),
    },
  };
}
