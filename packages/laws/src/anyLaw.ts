// The laws beside those that the approaches fit, and the fit of any of them.
export {
  compareLaws,
  fitLaw,
  fitTaskLadder,
  forecastLawFit,
  lawFromLawFit,
  lawNamed,
  predictFrom,
  predictTask,
  profileIntervals,
} from "./api/laws.js";
export type { CompareOptions, LawComparison } from "./fit/compareLaws.js";
export type { LawBasin, LawFit, LawFitOptions } from "./fit/fitLaw.js";
export type { LawLoss } from "./fit/lawObjective.js";
export { drawnParameters, type Prediction } from "./fit/lawPrediction.js";
export type { LawProfileOptions } from "./fit/lawProfile.js";
export type { LawRow } from "./fit/lawRows.js";
export type { Constraints } from "./fit/lawSpace.js";
export type { TaskLadder } from "./fit/taskLadder.js";
export type { LawFitForecast } from "./forecast/anyLaw.js";
export * from "./laws/brokenPowerLaw.js";
export * from "./laws/downstreamError.js";
export * from "./laws/kaplanData.js";
export * from "./laws/kaplanFixedBatchCompute.js";
export * from "./laws/kaplanModelSteps.js";
export * from "./laws/kaplanParameters.js";
export * from "./laws/m1.js";
export * from "./laws/m2.js";
export * from "./laws/m3.js";
export * from "./laws/m4.js";
export * from "./laws/optimalBatch.js";
export * from "./laws/optimalLearningRate.js";
export * from "./laws/overTraining.js";
export * from "./laws/taskAccuracy.js";
export * from "./published/gadre.js";
export { everyLaw } from "./registry/everyLaw.js";
export * from "./registry/isLaw.js";
