// What a browser loads as one file: the procedures, forecasts, plans. anyLaw.ts and api/observations.ts are files of their own there.
// What can be given bad data returns the error as a value: these stand before the functions of the same name below.
export { fitDataConstrained, fitEnvelope, fitIsoflop, fitKaplan, fitParametric, groupByBudget } from "./api/fit.js";
export {
  forecast,
  forecastDataConstrained,
  forecastLoss,
  predictDataConstrained,
  predictLoss,
  profileForecast,
} from "./api/forecast.js";
export type { RunInput } from "./api/input.js";
export { gradientNoiseScale } from "./api/laws.js";
export {
  dataConstrainedAlternative,
  inferenceAwareAlternative,
  inferenceAwareOptimum,
  lawFromFit,
  type PlanningLaw,
  plan,
} from "./api/plan.js";
export { publishedLaw } from "./api/published.js";
export { backtest, backtestSeries, type ProcedureInput } from "./api/uncertainty.js";
export {
  acceleratorHoursToFlops,
  clusterFlops,
  flopsToAcceleratorHours,
  parseAcceleratorHours,
  parseCluster,
  parseCount,
  parseFlops,
} from "./api/units.js";
export * from "./error.js";
export * from "./fit/batchScan.js";
export * from "./fit/budgets.js";
export * from "./fit/dataConstrained.js";
export type { Basin } from "./fit/dataConstrainedBasins.js";
export * from "./fit/envelope.js";
export type { CurveOptions } from "./fit/envelopeCurves.js";
export * from "./fit/isoflop.js";
export * from "./fit/kaplan.js";
export type { LikelihoodCurve, LikelihoodCurveOptions } from "./fit/likelihoodCurve.js";
export { fitLossFrontier, type LossFrontierFit } from "./fit/lossFrontierFit.js";
export * from "./fit/parametric.js";
export type { ResidualLoss } from "./fit/parametricData.js";
export type { ParametricSetting, ParametricStarts } from "./fit/parametricFit.js";
export type { FixedParameters } from "./fit/parametricModel.js";
export type { ProfileForecast } from "./fit/parametricProfile.js";
export * from "./fit/powerLawFit.js";
export {
  fitProfile,
  type IsoflopProfile,
  type ProfileMinimum,
  type ProfileOptions,
  type ProfileStatus,
  type ProfileVertex,
} from "./fit/profile.js";
export type { ProfileCurve } from "./fit/profileCurve.js";
export type { ProfileResampling } from "./fit/profileResampling.js";
export { computeCostOf, type FitOptions } from "./fit/records.js";
export * from "./fit/result.js";
export * from "./fit/synthetic.js";
export type { WarningCode } from "./fit/warnings.js";
export type { DataConstrainedForecast, DataConstrainedForecastOptions } from "./forecast/dataConstrained.js";
export type { Forecast, ForecastOptions, LossPrediction } from "./forecast/forecast.js";
export * from "./forecast/forecaster.js";
export { type AllocationFit, type LossFit, lossBy, optimumBy } from "./forecast/laws.js";
export * from "./laws/chinchilla.js";
export * from "./laws/criticalBatch.js";
export * from "./laws/dataConstrained.js";
export { type DecayForm, NO_DECAY } from "./laws/forms/repetition.js";
export type { ScaleLaw } from "./laws/forms/scaleLaw.js";
export * from "./laws/kaplanCompute.js";
export * from "./laws/kaplanModelData.js";
export * from "./laws/law.js";
export * from "./laws/lossFrontier.js";
export type { AllocatingLaw, LossLaw } from "./laws/lossLaw.js";
export * from "./laws/powerLaw.js";
export * from "./model/computeCost.js";
export * from "./model/counts.js";
export {
  computeAtBatch,
  type GradientNorm,
  minimumCompute,
  minimumSteps,
  type NoiseScale,
  stepsAtBatch,
} from "./model/criticalBatch.js";
export * from "./model/embeddingShare.js";
export * from "./model/flops/flopsPerToken.js";
export * from "./model/flops/hoffmann.js";
export * from "./model/flops/kaplan.js";
export * from "./model/flops/palm.js";
export * from "./model/flops/sixN.js";
export * from "./model/parameters.js";
export * from "./model/shape.js";
export { createRandom, type Random } from "./numerics/random.js";
export * from "./numerics/statistics.js";
export * from "./outcome.js";
export * from "./plan/alternatives.js";
export * from "./plan/comparisons.js";
export * from "./plan/fitLaw.js";
export * from "./plan/inferenceAware.js";
export * from "./plan/kaplanEfficient.js";
export * from "./plan/offOptimum.js";
export * from "./plan/overfitting.js";
export * from "./plan/plan.js";
export * from "./published/besiroglu.js";
export * from "./published/hoffmann.js";
export * from "./published/kaplan.js";
export * from "./published/law.js";
export * from "./published/laws.js";
export * from "./published/llama3.js";
export * from "./published/models.js";
export * from "./published/muennighoff.js";
export * from "./published/tables.js";
export * from "./record.js";
export type { Statement, StatementValue, StatementValues } from "./statements/statement.js";
export * from "./uncertainty/backtest.js";
export type { BacktestCell, LeftOut, RunErrors } from "./uncertainty/backtestCell.js";
export * from "./uncertainty/backtestChoice.js";
export type { BacktestStructure } from "./uncertainty/backtestGroups.js";
export * from "./uncertainty/backtestSeries.js";
export type { BacktestSummary, ExtrapolationClass } from "./uncertainty/backtestSummary.js";
export type { BootstrapOptions, BootstrapOver, SeedNoise } from "./uncertainty/bootstrap.js";
export { logLikelihood } from "./uncertainty/likelihood.js";
export type { ProfileInterval } from "./uncertainty/profileLikelihood.js";
export { estimateSeedNoise, noiseAt } from "./uncertainty/seedNoise.js";
export * from "./units/acceleratorHours.js";
export * from "./units/accelerators.js";
export * from "./units/flops.js";
export * from "./units/quantity.js";
