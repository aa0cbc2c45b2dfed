export * from "./builtin.js";
export * from "./contract/runSpec.js";
export * from "./data/corpus/index.js";
