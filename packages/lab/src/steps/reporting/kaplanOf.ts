import { type KaplanFigures, kaplanFiguresOf } from "@isoflop/figures";
import type { RunRecord } from "@isoflop/laws";
import { type ApproachFit, fitLeast, fitOfLaw, type LeastFit, type PartRows } from "@isoflop/laws/procedures";
import type { FitRow, ReportWarning } from "../../report/model.js";
import type { PartFits } from "../partLaws.js";
import { estimate } from "./tables.js";
import { withRemedy } from "./warnings.js";

/** What only a design of Kaplan's experiments has for its figures. */
export interface KaplanParts {
  readonly rows: readonly PartRows[];
  readonly fitted: PartFits | undefined;
  /** Tokens of a batch, by a run's id. */
  readonly batchTokens: Readonly<Record<string, number>>;
  readonly resamples: number;
  readonly seed: number;
}

/** The figures of Kaplan et al. 2020 that a design of those experiments supports, and L(N, S_min), which two of them need. */
export function kaplanOf(
  { rows, fitted, batchTokens, resamples, seed }: KaplanParts,
  fits: readonly ApproachFit[],
  records: readonly RunRecord[],
  names: ReadonlyMap<string, string>,
): { readonly figures: KaplanFigures; readonly least: LeastFit | undefined } {
  const parts = rows.map((part) => {
    const fit = fitted?.fits.find(({ name }) => name === part.name)?.fit;
    return { name: part.name, rows: part.rows, ...(fit && { fit }) };
  });
  const least = fitLeast(records, batchTokens, parts, { resamples, seed });
  const figures = kaplanFiguresOf({
    records,
    names,
    compute: fitOfLaw(fits, "kaplan-compute"),
    modelData: fitOfLaw(fits, "kaplan-model-data"),
    parts,
    ...(least && { least }),
  });
  return { figures, least };
}

const LEAST = "Kaplan's L(N, S_min)";

/** What L(N, S_min) warns of; why there is none stands in the table of fits. */
export const leastWarnings = ({ warnings }: LeastFit): ReportWarning[] =>
  warnings.map((warning) => ({ ...withRemedy(warning), where: LEAST }));

/** L(N, S_min) as the table of fits has it. */
export function leastRow({ fit, rows, problem, batchHeld }: LeastFit): FitRow {
  const held = batchHeld ? " Its intervals take B_crit(L) as it was fitted." : "";
  return {
    name: `${LEAST}: training curves as at very large batches`,
    parameters: Object.fromEntries(
      Object.entries(fit?.parameters ?? {}).map(([name, value]) => [name, estimate(value, fit?.intervals95[name])]),
    ),
    note: problem?.message ?? `${rows.length} rows.${held}`,
  };
}
