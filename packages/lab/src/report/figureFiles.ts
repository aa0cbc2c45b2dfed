import {
  backtestErrors,
  figureSvg,
  forecastCheck,
  isoflopProfiles,
  kaplanCompute,
  lossContours,
  optimumScaling,
  publishedModels,
  residuals,
  trainingCurves,
} from "@isoflop/figures";
import type { ReportModel } from "./model.js";

/** The report's figures as SVG files, by name; those without data are left out. */
export function figureFiles({ figures, forecast }: ReportModel): Map<string, string> {
  const files = new Map<string, string>();
  const add = <Data>(name: string, draw: Parameters<typeof figureSvg<Data>>[0], data: Data | undefined) => {
    if (data !== undefined) files.set(name, figureSvg(draw, data));
  };
  add("training-curves", trainingCurves, figures.trainingCurves);
  add("isoflop-profiles", isoflopProfiles, figures.isoflopProfiles);
  add("optimum-scaling", optimumScaling, figures.optimumScaling);
  add("loss-contours", lossContours, figures.lossContours);
  add("kaplan-compute", kaplanCompute, figures.kaplanCompute);
  add("residuals", residuals, figures.residuals);
  add("forecast-check", forecastCheck, forecast);
  add("backtest-errors", backtestErrors, figures.backtestErrors);
  add("published-models", publishedModels, figures.publishedModels);
  return files;
}
