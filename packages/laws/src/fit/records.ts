import { IsoflopError } from "../error.js";
import { type ComputeCost, sixND } from "../laws/computeCost.js";
import { leastSquares } from "../numerics/leastSquares.js";
import type { CountingConvention, RunRecord } from "../record.js";

/** What every fit can be told. */
export interface FitOptions {
  /** How N and C of the records were counted; "given" in both when absent. */
  readonly convention?: CountingConvention;
}

/**
 * Refuses what no fit can use.
 * @throws IsoflopError "bad-record" (not finite or not positive), "too-few-records"
 */
export function checkRecords(records: readonly RunRecord[], minimum: number, purpose: string): void {
  for (const record of records) {
    for (const field of ["parameters", "tokens", "flops", "loss"] as const) {
      const value = record[field];
      if (!(Number.isFinite(value) && value > 0)) {
        throw new IsoflopError({
          code: "bad-record",
          message: `Run "${record.id}" has ${field} = ${value}; every fit needs positive, finite numbers.`,
          hint: "Drop runs that diverged or failed, and check the columns' units.",
        });
      }
    }
    const { budget } = record;
    if (budget !== undefined && !(Number.isFinite(budget) && budget > 0)) {
      throw new IsoflopError({
        code: "bad-record",
        message: `Run "${record.id}" has budget = ${budget}; a budget is a positive, finite number of FLOPs.`,
        hint: "Mend the budget column, or leave it out: runs are then grouped by clusters of C.",
      });
    }
  }
  if (records.length < minimum) {
    throw new IsoflopError({
      code: "too-few-records",
      message: `${purpose} needs at least ${minimum} runs; there are ${records.length}.`,
      hint: "Train or import more runs, over several sizes and several budgets.",
    });
  }
}

/**
 * Refuses designs in which a term of L(N, D) cannot show at all.
 * @throws IsoflopError "no-variation"
 */
export function checkVariation(records: readonly RunRecord[], purpose: string): void {
  for (const [field, what] of [
    ["parameters", "sizes"],
    ["tokens", "amounts of data"],
  ] as const) {
    if (new Set(records.map((r) => r[field])).size >= 2) continue;
    throw new IsoflopError({
      code: "no-variation",
      message: `${purpose} needs runs of several ${what}; all have ${field} = ${records[0]![field]}.`,
      hint: "Vary both N and D, as isoFLOP profiles do.",
    });
  }
  if (new Set(records.map((r) => r.loss)).size >= 2) return;
  throw new IsoflopError({
    code: "no-variation",
    message: `${purpose} needs losses that differ; all are ${records[0]!.loss}.`,
    hint: "Check that the loss column is the final loss of each run.",
  });
}

/**
 * C = k N^q D as the records have it: exactly 6ND when they say so or agree with it within 1 %, otherwise the
 * regression of ln(C/D) on ln N, which follows a ladder of small models under Kaplan's or Hoffmann's count of FLOPs.
 */
export function computeCostOf(records: readonly RunRecord[], convention?: CountingConvention): ComputeCost {
  const ratios = records.map((r) => r.flops / (6 * r.parameters * r.tokens));
  if (convention?.flops === "6N" || ratios.every((ratio) => Math.abs(ratio - 1) < 0.01)) return sixND;
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
  const flops = records.map((r) => r.flops);
  return {
    observations: records.length,
    smallestFlops: Math.min(...flops),
    largestFlops: Math.max(...flops),
    conventionParameters: convention?.parameters ?? "given",
    conventionFlops: convention?.flops ?? "given",
  };
}
