export * from "./backtests.js";
export * from "./fitApproaches.js";
export * from "./procedures.js";
