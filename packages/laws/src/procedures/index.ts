export * from "./backtests.js";
export * from "./fitApproaches.js";
export * from "./kaplanCount.js";
export * from "./procedures.js";
