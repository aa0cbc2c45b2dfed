export * from "./anyLaw.js";
export { toObservations } from "./api/observations.js";
export * from "./library.js";
export type { Dropped } from "./observations/collect.js";
export type { ColumnMap, Field } from "./observations/fields.js";
export type { ObservationOptions, ObservationSet } from "./observations/toObservations.js";
