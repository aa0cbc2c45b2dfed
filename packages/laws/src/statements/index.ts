export * from "./errorSentences.js";
export * from "./imports.js";
export * from "./made.js";
export * from "./parts.js";
export type { Purpose } from "./records.js";
export type { Refusal } from "./refusal.js";
export * from "./statement.js";
export * from "./warningSentences.js";
export * from "./words.js";
