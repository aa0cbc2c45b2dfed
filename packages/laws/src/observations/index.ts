// What a reader of files shares with toObservations: "@isoflop/laws/observations". Its functions throw IsoflopError.
export { ALIASES, LOSS_UNITS } from "./aliases.js";
export { isEmpty, readNumber } from "./cells.js";
export { type Collector, collector } from "./collect.js";
export { type ColumnPlan, mapColumns, namesKind, parseColumns, recogniseColumns } from "./columns.js";
export type { CountedRecord, RunCounts } from "./counts.js";
export { CURVE_SPAN, type ProgressPoint, pointsPerCurve, thinCurve } from "./curve.js";
export {
  type Cells,
  type ColumnChoices,
  type ColumnMap,
  type ColumnUse,
  type ColumnUses,
  FIELDS,
  type Field,
} from "./fields.js";
export { checkNumber, checkRead, MOST_READ } from "./limit.js";
export { findLosses, isTrainLoss } from "./lossColumns.js";
export { checkLossUnits } from "./lossUnits.js";
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
export { holdsWords, observationsOfTables, type Table, type TablesObservations } from "./tables.js";
export { toObservations } from "./toObservations.js";
export { toRecord } from "./toRecord.js";
