import {
  backtestErrors,
  bootstrapPairs,
  criticalBatch,
  envelopeScaling,
  type FigureOptions,
  frontierResiduals,
  influence,
  isoflopProfiles,
  isoflopSlices,
  kaplanAllocation,
  kaplanLaws,
  kaplanSizes,
  lawComparison,
  lossContours,
  optimumScaling,
  profileLikelihood,
  residuals,
  trainingCurves,
} from "@isoflop/figures";
import type { FigureDataOf } from "./figureData.js";

/** A figure's place in the page: what draws it, and which figure of the paper it is. */
export interface Place {
  readonly name: keyof FigureDataOf & string;
  readonly label: string;
  /** Of the data of that name, which figureData makes. */
  readonly draw: (data: never, options: FigureOptions) => HTMLElement;
}

export const SECTIONS = ["hoffmann", "kaplan", "diagnostics", "comparison"] as const;

export const PLACES: Readonly<Record<(typeof SECTIONS)[number], readonly Place[]>> = {
  hoffmann: [
    { name: "trainingCurves", label: "Figure 2 (L, C)", draw: trainingCurves },
    { name: "envelopeScaling", label: "Figure 2 (N_opt, D_opt)", draw: envelopeScaling },
    { name: "isoflopProfiles", label: "Figure 3 (L, N)", draw: isoflopProfiles },
    { name: "optimumScaling", label: "Figure 3 (N_opt, D_opt)", draw: optimumScaling },
    { name: "lossContours", label: "Figure 4 (N, D)", draw: lossContours },
    { name: "isoflopSlices", label: "Figure 4 (L, N)", draw: isoflopSlices },
  ],
  kaplan: [
    { name: "kaplanLaws", label: "Figure 1", draw: kaplanLaws },
    { name: "kaplanSizes", label: "Figure 4", draw: kaplanSizes },
    { name: "criticalBatch", label: "Figure 10", draw: criticalBatch },
    { name: "kaplanAllocation", label: "Figure 14", draw: kaplanAllocation },
  ],
  diagnostics: [
    { name: "residuals", label: "ln L", draw: residuals },
    { name: "frontierResiduals", label: "ln N_opt", draw: frontierResiduals },
    { name: "profileLikelihood", label: "95 %", draw: profileLikelihood },
    { name: "bootstrapPairs", label: "bootstrap", draw: bootstrapPairs },
    { name: "backtestErrors", label: "backtest", draw: backtestErrors },
    { name: "influence", label: "influence", draw: influence },
  ],
  comparison: [{ name: "lawComparison", label: "N_opt(C)", draw: lawComparison }],
};
