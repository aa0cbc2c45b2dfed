import {
  backtestErrors,
  bootstrapPairs,
  criticalBatch,
  envelopeScaling,
  figurePlainSvg,
  figureSvg,
  figureVegaLite,
  forecastCheck,
  influence,
  isoflopProfiles,
  isoflopSlices,
  kaplanAllocation,
  kaplanCompute,
  kaplanLaws,
  kaplanSizes,
  lossContours,
  optimumScaling,
  type PlainSvgOptions,
  profileLikelihood,
  publishedModels,
  residuals,
  trainingCurves,
} from "@isoflop/figures";
import type { ReportModel } from "./model.js";

/** A figure of the report, drawn when it is asked for. */
export interface ReportFigure {
  readonly name: string;
  /** Both themes, by style sheet. */
  readonly svg: () => string;
  /** One theme, without styles. */
  readonly plainSvg: (options: PlainSvgOptions) => string;
  /** A specification, plain JSON. */
  readonly vegaLite: (theme: PlainSvgOptions["theme"]) => object;
}

/** The report's figures; those without data are left out. */
export function reportFigures({
  figures,
  forecast,
  lossUnit,
}: Pick<ReportModel, "figures" | "forecast" | "lossUnit">): ReportFigure[] {
  const options = lossUnit === undefined ? {} : { lossUnit };
  const found: ReportFigure[] = [];
  const add = <Data>(name: string, draw: Parameters<typeof figureSvg<Data>>[0], data: Data | undefined) => {
    if (data === undefined) return;
    found.push({
      name,
      svg: () => figureSvg(draw, data, options),
      plainSvg: (plain) => figurePlainSvg(draw, data, plain, options),
      vegaLite: (theme) => figureVegaLite(draw, data, theme, options),
    });
  };
  add("kaplan-laws", kaplanLaws, figures.kaplanLaws);
  add("kaplan-sizes", kaplanSizes, figures.kaplanSizes);
  add("critical-batch", criticalBatch, figures.criticalBatch);
  add("kaplan-allocation", kaplanAllocation, figures.kaplanAllocation);
  add("training-curves", trainingCurves, figures.trainingCurves);
  add("envelope-scaling", envelopeScaling, figures.envelopeScaling);
  add("isoflop-profiles", isoflopProfiles, figures.isoflopProfiles);
  add("optimum-scaling", optimumScaling, figures.optimumScaling);
  add("loss-contours", lossContours, figures.lossContours);
  add("isoflop-slices", isoflopSlices, figures.lossContours);
  add("forecast-check", forecastCheck, forecast);
  add("backtest-errors", backtestErrors, figures.backtestErrors);
  add("kaplan-compute", kaplanCompute, figures.kaplanCompute);
  add("residuals", residuals, figures.residuals);
  add("profile-likelihood", profileLikelihood, figures.profileLikelihood);
  add("bootstrap-pairs", bootstrapPairs, figures.bootstrapPairs);
  add("influence", influence, figures.influence);
  add("published-models", publishedModels, figures.publishedModels);
  return found;
}

/** The same as SVG files, by name. */
export function figureFiles(model: ReportModel): Map<string, string> {
  return new Map(reportFigures(model).map(({ name, svg }) => [name, svg()]));
}
