export * from "./builtin.js";
export { parseRunSpec } from "./contract/parseRunSpec.js";
export * from "./contract/runSpec.js";
export * from "./data/corpus/index.js";
