import { type ComputeCost, sixND } from "../model/computeCost.js";
import { leastSquares } from "../numerics/leastSquares.js";
import type { CountingConvention, RunRecord } from "../record.js";
import { refuse } from "../statements/fit.js";
import type { Purpose } from "../statements/records.js";
import { rowFaults } from "./rowFaults.js";
import { rangeOf } from "./warnings.js";

/** What every fit can be told. */
export interface FitOptions {
  /** How N and C of the records were counted; "given" in both when absent. */
  readonly convention?: CountingConvention;
}

/**
 * Refuses what no fit can use, naming every bad row at once.
 * @throws IsoflopError "bad-record" with `rows` (missing, not finite or not positive), "too-few-records"
 */
export function checkRecords(records: readonly RunRecord[], minimum: number, purpose: Purpose): void {
  const rows = rowFaults(records);
  const [first] = rows;
  if (first) {
    const id = (records[first.row - 1] as Partial<RunRecord> | null | undefined)?.id;
    const named = id === undefined || id === String(first.row) ? "" : String(id);
    const values = { bad: rows.length, runs: records.length, row: first.row, id: named, fault: first.reason };
    throw refuse("bad-record", values, rows);
  }
  if (records.length < minimum) {
    throw refuse("too-few-records", { purpose, needed: minimum, runs: records.length });
  }
}

/**
 * Refuses designs in which a term of L(N, D) cannot show at all.
 * @throws IsoflopError "no-variation"
 */
export function checkVariation(records: readonly RunRecord[], purpose: Purpose): void {
  for (const field of ["parameters", "tokens"] as const) {
    if (records.some((r) => r[field] !== records[0]![field])) continue;
    throw refuse("no-variation", { purpose, field, value: records[0]![field] });
  }
  if (records.some((r) => r.loss !== records[0]!.loss)) return;
  throw refuse("no-variation/loss", { purpose, value: records[0]!.loss });
}

/**
 * C = k N^q D as the records have it: exactly 6ND when they say so or agree with it within 1 %, otherwise the
 * regression of ln(C/D) on ln N, which follows a ladder of small models under Kaplan's or Hoffmann's count of FLOPs. That
 * C is 6ND says nothing of an N without embeddings: it is of the whole model's N, unless the records agree with their own.
 */
export function computeCostOf(records: readonly RunRecord[], convention?: CountingConvention): ComputeCost {
  const ratios = records.map((r) => r.flops / (6 * r.parameters * r.tokens));
  const said = convention?.flops === "6N" && convention.parameters !== "non-embedding";
  if (said || ratios.every((ratio) => Math.abs(ratio - 1) < 0.01)) return sixND;
  const logN = records.map((r) => Math.log(r.parameters));
  const perToken = records.map((r) => Math.log(r.flops / r.tokens));
  const line = leastSquares([logN.map(() => 1), logN], perToken);
  if (!line || new Set(logN).size < 2) {
    const ratio = perToken.reduce((sum, value, i) => sum + value - logN[i]!, 0) / records.length;
    return { coefficient: Math.exp(ratio), exponent: 1 };
  }
  return { coefficient: Math.exp(line.coefficients[0]!), exponent: line.coefficients[1]! };
}

/** Diagnostics common to every fit: how many runs, over which compute, counted how. */
export function recordDiagnostics(records: readonly RunRecord[], convention?: CountingConvention) {
  const { least, largest } = rangeOf(records.map((r) => r.flops));
  return {
    observations: records.length,
    smallestFlops: least,
    largestFlops: largest,
    conventionParameters: convention?.parameters ?? "given",
    conventionFlops: convention?.flops ?? "given",
  };
}
