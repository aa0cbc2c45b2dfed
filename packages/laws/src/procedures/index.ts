export * from "./backtests.js";
export * from "./fitApproaches.js";
export * from "./procedures.js";
export { type CriticalBatchRow, type ScannedRun, scanRows } from "./scanRows.js";
