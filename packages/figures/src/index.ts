export { backtestErrors } from "./backtestErrors.js";
export { bootstrapPairs } from "./bootstrapPairs.js";
export type { ComputeUnit } from "./compute.js";
export { coordinateCheck } from "./coordinateCheck.js";
export { criticalBatch } from "./criticalBatch.js";
export * from "./data.js";
export { envelopeScaling } from "./envelopeScaling.js";
export { forecastCheck } from "./forecastCheck.js";
export { formatCount, formatEstimate, formatFlops, formatLoss, powerOfTen } from "./format.js";
export { type FigureCounting, type FigureOptions, standaloneSvg } from "./frame.js";
export {
  bootstrapPairsOf,
  type ComparedFit,
  estimatesOf,
  influencedQuantities,
  influenceOf,
  lawComparisonOf,
  profileLikelihoodOf,
} from "./fromFits/diagnosticFiguresOf.js";
export { drawnBacktest } from "./fromFits/drawnBacktest.js";
export { envelopeScalingOf } from "./fromFits/envelopeScalingOf.js";
export {
  type FigureSources,
  figuresOf,
  minimumStatus,
  profilesOf,
  residualsOf,
  type StatedForecast,
} from "./fromFits/figuresOf.js";
export { frontierResidualsOf } from "./fromFits/frontierResidualsOf.js";
export { type KaplanFigures, kaplanFiguresOf } from "./fromFits/kaplanFiguresOf.js";
export { frontierResiduals } from "./frontierResiduals.js";
export { influence } from "./influence.js";
export { isoflopBias } from "./isoflopBias.js";
export { isoflopProfiles } from "./isoflopProfiles.js";
export { isoflopSlices } from "./isoflopSlices.js";
export { kaplanAllocation } from "./kaplanAllocation.js";
export { kaplanCompute } from "./kaplanCompute.js";
export { kaplanLaws } from "./kaplanLaws.js";
export { kaplanSizes } from "./kaplanSizes.js";
export type { Language } from "./language.js";
export { lawComparison } from "./lawComparison.js";
export { type ContourAxes, lossContours } from "./lossContours.js";
export { type LossUnit, lossUnitText } from "./lossUnit.js";
export { lossValley, type ValleyMeasure } from "./lossValley.js";
export { modelMap } from "./modelMap.js";
export { nextDesign } from "./nextDesign.js";
export { optimumScaling } from "./optimumScaling.js";
export { type PlainSvgOptions, plainSvg } from "./plainSvg.js";
export { type PlantedDiagnostics, plantedDiagnostics } from "./plantedDiagnostics.js";
export { type PlantedKaplan, plantedKaplan } from "./plantedKaplan.js";
export { type PlantedStudy, plantedStudy } from "./plantedStudy.js";
export { profileLikelihood } from "./profileLikelihood.js";
export { publishedModels } from "./publishedModels.js";
export { residuals } from "./residuals.js";
export { figureMarkup, figurePlainSvg, figureSvg, figureVegaLite, serverDocument } from "./serverMarkup.js";
export { figureStyles } from "./styles.js";
export type { TextOutline } from "./textHalo.js";
export { trainingCurves } from "./trainingCurves.js";
export { vegaLite } from "./vegaLite/vegaLite.js";
