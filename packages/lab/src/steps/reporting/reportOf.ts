import { type FigureSources, figuresOf, profilesOf } from "@isoflop/figures";
import { fitOfLaw } from "@isoflop/laws/procedures";
import type { ReportModel } from "../../report/model.js";
import type { Fits } from "../fits.js";
import { budgetRows, fitRows } from "./tables.js";
import { fitWarnings } from "./warnings.js";

/** What any report is made from: fits with the records that they saw, and what only a study or only imported runs can say. */
export interface ReportSources
  extends Omit<ReportModel, "generatedAt" | "fits" | "budgets" | "figures">,
    Omit<FigureSources, "fits" | "profiles" | "forecast" | "roles"> {
  readonly fits: Fits;
  /** As stated, where a study has done so. */
  readonly stated: FigureSources["forecast"];
  /** Those of held-out runs; all others are there for the fit. */
  readonly roles?: FigureSources["roles"];
}

/** The report of runs, wherever they are from. */
export function reportOf(sources: ReportSources): ReportModel {
  const { fits, records, holdouts, names, backtest, stated, flopsPerToken, roles = new Map(), ...said } = sources;
  const profiles = fitOfLaw(fits.fits, "isoflop-power-law")?.profiles ?? profilesOf(records);
  return {
    ...said,
    generatedAt: new Date().toISOString(),
    fits: fitRows(fits),
    budgets: budgetRows(profiles),
    warnings: [...fitWarnings(fits), ...said.warnings],
    figures: figuresOf({
      fits: fits.fits,
      profiles,
      records,
      holdouts,
      names,
      roles,
      forecast: stated,
      backtest,
      flopsPerToken,
    }),
  };
}
