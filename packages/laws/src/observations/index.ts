// What a reader of files shares with toObservations: "@isoflop/laws/observations". Its functions throw IsoflopError.
export { ALIASES, LOSS_UNITS } from "./aliases.js";
export { isEmpty } from "./cells.js";
export { type Collector, collector } from "./collect.js";
export { type ColumnPlan, mapColumns, namesKind, parseColumns } from "./columns.js";
export { CURVE_SPAN, type ProgressPoint, pointsPerCurve, thinCurve } from "./curve.js";
export { type Cells, type ColumnMap, type ColumnUse, type ColumnUses, FIELDS, type Field } from "./fields.js";
export { findLosses, isTrainLoss } from "./lossColumns.js";
export { nearest } from "./nearest.js";
export {
  asCheckpoint,
  type CurveCounts,
  type CurveVerdict,
  checkpointNotices,
  curveNotices,
  judgeCurves,
  PROGRESS,
  type Progress,
  type RunRows,
  type RunSpan,
  SIZE_TOLERANCE,
  sharedNameNotice,
  toRunRecord,
} from "./runs.js";
export { holdsWords, toObservations } from "./toObservations.js";
export { toRecord } from "./toRecord.js";
