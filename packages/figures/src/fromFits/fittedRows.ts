import type { CriticalBatchParameterName, FitResult, LawRow, Parameters } from "@isoflop/laws";
import type { CriticalBatchRow } from "@isoflop/laws/procedures";

/** A law by itself with the rows that it was fitted to; without a fit where these were too few. */
export interface FittedRows {
  /** As a study keeps it: "kaplan-parameters", "kaplan-data", "kaplan-model-data-converged", "critical-batch-noise", …. */
  readonly name: string;
  readonly rows: readonly (LawRow & Pick<CriticalBatchRow, "interval95">)[];
  readonly fit?: Pick<FitResult, "parameters" | "intervals95" | "draws">;
}

/** The critical batch is measured by a scan of batches and predicted by the noise scale: what was measured goes first. */
export const BATCH_PARTS = ["critical-batch-scan", "critical-batch-noise"] as const;

/** B_crit(L) by the scan where it could be fitted, else by the noise scale. */
export function batchFitOf(
  parts: readonly FittedRows[],
): { readonly parameters: Parameters<CriticalBatchParameterName>; readonly draws: FitResult["draws"] } | undefined {
  const fit = BATCH_PARTS.map((name) => parts.find((part) => part.name === name)?.fit).find((one) => one !== undefined);
  const { Bstar, alphaB } = fit?.parameters ?? {};
  return fit === undefined || Bstar === undefined || alphaB === undefined
    ? undefined
    : { parameters: { Bstar, alphaB }, draws: fit.draws };
}

/** What the mark of a run is called, and found by. */
export function named(id: string | undefined, names: ReadonlyMap<string, string>): { id?: string; name: string } {
  return id === undefined ? { name: "" } : { id, name: names.get(id) ?? id };
}
