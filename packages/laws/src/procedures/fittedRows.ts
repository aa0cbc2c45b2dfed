import {
  type CriticalBatchParameterName,
  criticalBatch,
  type FitResult,
  type LawRow,
  type Parameters,
} from "../index.js";
import type { CriticalBatchRow } from "./scanRows.js";

/** A law by itself with the rows that it was fitted to; without a fit where these were too few. */
export interface FittedRows {
  /** As a study keeps it: "kaplan-parameters", "kaplan-data", "kaplan-model-data-converged", "critical-batch-noise", …. */
  readonly name: string;
  readonly rows: readonly (LawRow & Pick<CriticalBatchRow, "interval95">)[];
  readonly fit?: Pick<FitResult, "parameters" | "intervals95" | "draws">;
}

/** The critical batch is measured by a scan of batches and predicted by the noise scale: what was measured goes first. */
export const BATCH_PARTS = ["critical-batch-scan", "critical-batch-noise"] as const;

const [LEAST_ALPHA = 0, MOST_ALPHA = Number.POSITIVE_INFINITY] = criticalBatch.parameters.alphaB.bounds ?? [];

/** Whether the rows leave alpha_B at a bound: they do not determine it. */
export const atBound = ({ parameters: { alphaB = Number.NaN } }: Pick<FitResult, "parameters">): boolean =>
  !(alphaB > LEAST_ALPHA * (1 + 1e-6) && alphaB < MOST_ALPHA * (1 - 1e-6));

/** The part that B_crit(L) is taken from: the scan where that determines it, else the noise scale; else neither, but what was fitted. */
export function batchPartOf<Part extends FittedRows>(parts: readonly Part[]): Part | undefined {
  const fitted = BATCH_PARTS.flatMap((name) => parts.filter((part) => part.name === name && part.fit !== undefined));
  return fitted.find(({ fit }) => fit !== undefined && !atBound(fit)) ?? fitted[0];
}

/** B_crit(L) with its draws. */
export function batchFitOf(
  parts: readonly FittedRows[],
): { readonly parameters: Parameters<CriticalBatchParameterName>; readonly draws: FitResult["draws"] } | undefined {
  const fit = batchPartOf(parts)?.fit;
  const { Bstar, alphaB } = fit?.parameters ?? {};
  return fit === undefined || Bstar === undefined || alphaB === undefined
    ? undefined
    : { parameters: { Bstar, alphaB }, draws: fit.draws };
}

/** Draws by the names of their columns. */
export function namedDraws<Name extends string>(draws: FitResult["draws"]): Readonly<Record<Name, number>>[] {
  return draws.rows.map(
    (row) =>
      Object.fromEntries(draws.names.map((name, i) => [name, row[i] ?? Number.NaN])) as Readonly<Record<Name, number>>,
  );
}
