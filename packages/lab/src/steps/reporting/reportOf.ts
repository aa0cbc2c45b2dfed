import { envelopeScalingOf, type FigureSources, figuresOf, profilesOf } from "@isoflop/figures";
import type { CountingConvention, RunRecord } from "@isoflop/laws";
import { type FitChoices, fitOfLaw } from "@isoflop/laws/procedures";
import type { ReportModel } from "../../report/model.js";
import type { Fits } from "../fits.js";
import { diagnosticsOf } from "./diagnosticsOf.js";
import { type KaplanParts, kaplanOf, leastRow, leastWarnings } from "./kaplanOf.js";
import { budgetRows, fitRows } from "./tables.js";
import { fitWarnings } from "./warnings.js";

/** What any report is made from: fits with the records that they saw, and what only a study or only imported runs can say. */
export interface ReportSources
  extends Omit<ReportModel, "generatedAt" | "fits" | "budgets" | "figures" | "kaplan" | "diagnosed">,
    Omit<FigureSources, "fits" | "profiles" | "forecast" | "roles"> {
  readonly fits: Fits;
  /** As stated, where a study has done so. */
  readonly stated: FigureSources["forecast"];
  /** Those of held-out runs; all others are there for the fit. */
  readonly roles?: FigureSources["roles"];
  /** All that were fitted, of which `records` are those that are drawn; by what count, and how. */
  readonly fitted: {
    readonly records: readonly RunRecord[];
    readonly convention: CountingConvention;
    readonly choices: FitChoices;
  };
  /** The procedure that the answer is by, and the budget that it is for. */
  readonly answer?: { readonly approach: string; readonly budget: number };
  /** Of a design of Kaplan's experiments. */
  readonly experiments?: KaplanParts;
}

/** Of Approach 1's envelope: a dot each in two panels, for each width. */
const ENVELOPE_POINTS = 75;

/** The report of runs, wherever they are from. */
export function reportOf(sources: ReportSources): ReportModel {
  const { fits, records, holdouts, names, backtest, stated, flopsPerToken, roles = new Map(), ...rest } = sources;
  const { fitted, answer, experiments, ...said } = rest;
  const profiles = fitOfLaw(fits.fits, "isoflop-power-law")?.profiles ?? profilesOf(records);
  const envelope = fitOfLaw(fits.fits, "envelope-power-law");
  const { kaplanCompute, ...figures } = figuresOf({
    fits: fits.fits,
    profiles,
    records,
    holdouts,
    names,
    roles,
    forecast: stated,
    backtest,
    flopsPerToken,
  });
  const own = experiments && kaplanOf(experiments, fits.fits, records, names);
  const diagnostics = diagnosticsOf({
    fits: fits.fits,
    ...fitted,
    names,
    approach: answer?.approach,
    budget: answer?.budget,
  });
  return {
    ...said,
    diagnosed: diagnostics.of,
    kaplan: own !== undefined,
    generatedAt: new Date().toISOString(),
    fits: [...fitRows(fits), ...(own?.least ? [leastRow(own.least)] : [])],
    budgets: budgetRows(profiles),
    warnings: [...fitWarnings(fits), ...(own?.least ? leastWarnings(own.least) : []), ...said.warnings],
    figures: {
      ...figures,
      ...(envelope && { envelopeScaling: envelopeScalingOf(envelope, names, ENVELOPE_POINTS) }),
      ...own?.figures,
      // Kaplan's Figure 1 has that law too, but no held-out run.
      ...(kaplanCompute && (own === undefined || holdouts.length > 0) && { kaplanCompute }),
      ...diagnostics.figures,
    },
  };
}
