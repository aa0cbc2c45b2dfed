export { central95 } from "../numerics/statistics.js";
export * from "./backtests.js";
export * from "./fitApproaches.js";
export * from "./fittedRows.js";
export * from "./leastFit.js";
export { efficientRuns, type LeastCurve, leastCurves, leastStepRows } from "./leastSteps.js";
export * from "./partLaw.js";
export * from "./procedures.js";
export { type CriticalBatchRow, type ScannedRun, scanRows } from "./scanRows.js";
