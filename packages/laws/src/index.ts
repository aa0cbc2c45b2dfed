export * from "./fit/result.js";
export * from "./model/shape.js";
export * from "./record.js";
