// The run contract by itself (@isoflop/trainer/contract), for whoever reads and starts runs and computes nothing: it loads no
// ONNX Runtime.
export * from "../builtin.js";
export { readFailure, systemCode, writeFailure } from "../data/corpus/writeFailure.js";
export { parseRunSpec } from "./parseRunSpec.js";
export * from "./runSpec.js";
export * from "./sequences.js";
