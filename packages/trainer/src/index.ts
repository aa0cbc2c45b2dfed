export * from "./contract/runSpec.js";
