import { IsoflopError, isIsoflopError } from "../error.js";
import type { Law } from "../laws/law.js";
import { fitLaw, type LawFit, type LawFitOptions } from "./fitLaw.js";
import { checkRows, type LawRow } from "./lawRows.js";

/** How one law, fitted to small x, does on large x. */
export interface LawComparison {
  readonly law: string;
  /** Root mean square of ln(prediction / y), or of prediction - y for shares, on the rows held out. */
  readonly extrapolationError?: number;
  /** Their mean: positive where the law expects too much. */
  readonly extrapolationBias?: number;
  readonly fit?: LawFit;
  /** Why the law could not be fitted. */
  readonly error?: IsoflopError;
}

export interface CompareOptions extends LawFitOptions {
  /** Share of the rows, those of largest input, that no fit sees; default 0.3. */
  readonly holdOutShare?: number;
  /** The input by which rows are held out; default: the first law's first. */
  readonly by?: string;
}

/**
 * Laws ranked by the extrapolation loss of Alabdulmohsin et al. 2022 (arXiv:2209.06640, equation 4): each is fitted to the
 * rows of smaller input, and judged on those of larger input, which it has not seen; not by its fit.
 * @throws IsoflopError "too-few-records", "bad-row"
 */
export function compareLaws(
  rows: readonly LawRow[],
  laws: readonly Law[],
  options: CompareOptions = {},
): LawComparison[] {
  const [first] = laws;
  if (first === undefined) return [];
  for (const law of laws) checkRows(law, rows);
  const by = options.by ?? Object.keys(first.inputs)[0]!;
  const sizes = [...new Set(rows.map((row) => row.inputs[by]!))].sort((a, b) => a - b);
  if (sizes.length < 2) {
    throw new IsoflopError({
      code: "too-few-records",
      message: `All ${rows.length} rows have ${by} = ${sizes[0]}: none can be held out as larger.`,
      hint: `Give rows over a range of ${by}.`,
    });
  }
  const sorted = rows.map((row) => row.inputs[by]!).sort((a, b) => a - b);
  const wanted = sorted[Math.floor(sorted.length * (1 - (options.holdOutShare ?? 0.3)))]!;
  // Rows of one size stay together: a second seed of a size that was fitted is no extrapolation.
  const cut = wanted > sizes[0]! ? wanted : sizes[1]!;
  const seen = rows.filter((row) => row.inputs[by]! < cut);
  const unseen = rows.filter((row) => row.inputs[by]! >= cut);
  const compared = laws.map((law): LawComparison => {
    try {
      const fit = fitLaw(law, seen, { resamples: 0, ...options });
      const errors = unseen.map(({ inputs, y }) => {
        const value = law.value(fit.parameters, inputs);
        return fit.diagnostics.residualsOf === "y" ? value - y : Math.log(value / y);
      });
      const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
      return {
        law: law.name,
        extrapolationError: Math.sqrt(mean(errors.map((e) => e * e))),
        extrapolationBias: mean(errors),
        fit,
      };
    } catch (error) {
      if (!isIsoflopError(error)) throw error;
      return { law: law.name, error };
    }
  });
  const rank = ({ extrapolationError: e }: LawComparison) => (e !== undefined && Number.isFinite(e) ? e : Infinity);
  return compared.sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
}
