export * from "./errorSentences.js";
export * from "./made.js";
export * from "./statement.js";
export * from "./warningSentences.js";
export * from "./words.js";
