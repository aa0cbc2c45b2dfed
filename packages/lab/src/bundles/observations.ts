// What "isoflop/browser/observations" declares; its code is dist/browser/observations.js (npm run bundle).
export {
  type ColumnMap,
  type Dropped,
  type Field,
  type ObservationOptions,
  type ObservationSet,
  toObservations,
} from "@isoflop/laws";
