export * from "./anyLaw.js";
// Diagnostics of a fit: not in the browser's file, which has room for what fits and forecasts.
export { likelihoodCurves } from "./api/forecast.js";
export { nextDesign, simulateRefits } from "./api/nextDesign.js";
export { toObservations } from "./api/observations.js";
// Simulations of the procedures themselves: for designs and for the documents, not for a page.
export { procedureBias } from "./api/uncertainty.js";
export { profileResiduals } from "./fit/profileResiduals.js";
export * from "./library.js";
export type { Dropped } from "./observations/collect.js";
export type { ColumnMap, Field } from "./observations/fields.js";
export type { ObservationOptions, ObservationSet } from "./observations/toObservations.js";
export type {
  ExpectedError,
  ExpectedErrors,
  NextDesign,
  ProposedRun,
} from "./plan/nextDesign.js";
export type { CandidateRange, RegularGrid, Size } from "./plan/nextDesignCandidates.js";
export type { RunPoint } from "./plan/nextDesignDrift.js";
export type { NextDesignOptions, NextObjective } from "./plan/nextDesignPlan.js";
export type { RefitOptions, RefitSpread } from "./plan/nextDesignRefits.js";
export type { Candidate } from "./plan/nextDesignState.js";
export * from "./uncertainty/coverage.js";
export * from "./uncertainty/expectedErrors.js";
export {
  type BiasedProcedure,
  type BiasStudy,
  type ProcedureBias,
  type ProfileGrid,
  parabolaShift,
} from "./uncertainty/isoflopBias.js";
