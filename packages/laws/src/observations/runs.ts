import { isEmpty } from "./cells.js";
import type { CountedRecord } from "./counts.js";
import type { ProgressPoint } from "./curve.js";
import type { Cells, ColumnUses } from "./fields.js";
import { type ParsedRow, toRecord } from "./toRecord.js";

/** What may order the rows of one run, best first. */
export const PROGRESS = ["tokens", "flops", "step"] as const;
export type Progress = (typeof PROGRESS)[number];

/** What the rows that share one run's name look like, of a run with at least two rows and a loss. */
export interface RunSpan {
  /** N is the same throughout (within 0.1 %, or 5 % where it is derived). */
  readonly constantSize: boolean;
  /** Which quantities stand beside every loss, and differ from row to row (in nine of ten). */
  readonly advances: Readonly<Record<Progress, boolean>>;
}

/** Whether the rows are training curves, and along what; or why they are not, though names repeat. */
export type CurveVerdict = { readonly progress: Progress } | { readonly why: string | undefined };

/** Share of the runs that must look like curves, before a table is taken for one of curves. */
const MOST = 0.9;
export const SIZE_TOLERANCE = { given: 1.001, derived: 1.05 } as const;

/** A table holds training curves if its run names repeat, with one N and ever more tokens (FLOPs, steps) under each. */
export function judgeCurves(spans: readonly RunSpan[]): CurveVerdict {
  if (spans.length === 0) return { why: undefined };
  const share = (holds: (span: RunSpan) => boolean) => spans.filter(holds).length / spans.length;
  if (share((span) => span.constantSize) < MOST) return { why: "N changes among the rows of one name" };
  const progress = PROGRESS.find((field) => share((span) => span.advances[field]) >= MOST);
  return progress === undefined
    ? { why: "neither tokens, FLOPs nor steps tell the rows of one name apart" }
    : { progress };
}

/** One training run, seen through its rows. */
export interface RunRows {
  readonly name: string;
  readonly rows: number;
  /** The row of its last loss; what that row lacks of N, D and C is taken from the rows before it. */
  readonly last: Cells | undefined;
  /** Tokens, FLOPs or steps at that row. */
  readonly progress: number;
  /** Largest N over least. */
  readonly sizeRatio: number;
  /** Its losses end as NaN or infinite. */
  readonly diverged: boolean;
  readonly curve: readonly ProgressPoint[];
}

/** A run's last loss as its record, with the curve that led there. */
export function toRunRecord(run: RunRows, uses: ColumnUses): ParsedRow {
  if (run.last === undefined) return { reason: `run ${run.name}: no loss in any of its ${run.rows} rows` };
  if (run.diverged) return { reason: `run ${run.name}: its loss ends as NaN or infinite (diverged)` };
  if (run.sizeRatio > (uses.parameters === undefined ? SIZE_TOLERANCE.derived : SIZE_TOLERANCE.given)) {
    return { reason: `run ${run.name}: its N changes on the way, by a factor of ${run.sizeRatio.toPrecision(3)}` };
  }
  const parsed = toRecord(run.last, uses, run.name);
  if ("reason" in parsed) return { reason: `run ${run.name}: ${parsed.reason}` };
  const { tokens, flops } = parsed.record;
  const curve = run.curve.map(({ progress, loss }) => {
    const share = progress / run.progress;
    return { tokens: tokens * share, flops: flops * share, loss };
  });
  const record: CountedRecord = { ...parsed.record, ...(curve.length > 1 ? { curve } : {}) };
  return { record, derived: parsed.derived };
}

/** What became of the rows of a table of curves. */
export interface CurveCounts {
  readonly rows: number;
  readonly runs: number;
  /** Rows without a usable loss. */
  readonly withoutLoss: number;
  /** Rows that name no run. */
  readonly withoutRun: number;
  /** Points that a curve keeps at most; 0: no curves. */
  readonly points: number;
}

/** What a reader must know of how a table of curves was taken. */
export function curveNotices(source: string, uses: ColumnUses, along: Progress, counts: CurveCounts): string[] {
  const number = (value: number) => value.toLocaleString("en-US");
  const runsBy = uses.id === undefined ? "one a file" : `by ${uses.id.column}`;
  const of = (uses.trainLoss ?? uses.loss)?.column;
  const notices = [
    `${source} holds training curves: ${number(counts.rows)} rows of ${number(counts.runs)} runs (${runsBy}, along ${uses[along]?.column}). ` +
      `Each run's last ${uses.loss?.column} is its observation${
        counts.points > 0
          ? `; its curve of ${of} (at most ${counts.points} points, averages where there were more) serves Approach 1`
          : ", and no curves are kept of so many runs: choose some with --where for Approach 1"
      }. To take every row as an observation: --checkpoints.`,
  ];
  if (along === "step") {
    notices.push(
      `Tokens along a curve are taken in proportion to ${uses.step?.column}: the last row has the run's D, which must be what it saw up to there.`,
    );
  }
  if (counts.withoutLoss > 0) {
    notices.push(`${number(counts.withoutLoss)} rows of the curves have no usable ${uses.loss?.column}.`);
  }
  if (counts.withoutRun > 0) notices.push(`${number(counts.withoutRun)} rows name no run, and are left out.`);
  return notices;
}

/** What a reader must know of rows that share a run's name and were not taken for its curve. */
export function sharedNameNotice(source: string, uses: ColumnUses, verdict: CurveVerdict): string[] {
  const column = uses.id?.column;
  if ("progress" in verdict) {
    return [
      `Rows of ${source} with the same ${column} were taken for different runs; if they are one run's, say --columns run=${column}.`,
    ];
  }
  if (verdict.why !== undefined) {
    return [`Rows of ${source} share a ${column}, but ${verdict.why}: every row is an observation by itself.`];
  }
  return uses.id === undefined && uses.step !== undefined
    ? [
        `No column of ${source} names the run, so every row is an observation. If its rows along ${uses.step.column} are training curves: --columns run=<column>.`,
      ]
    : [];
}

/** A row of a training curve as an observation of its own, that belongs to a run. */
export function asCheckpoint(cells: Cells, row: number | string, uses: ColumnUses): ParsedRow {
  if (isEmpty(cells.id)) return toRecord(cells, uses, String(row));
  const run = String(cells.id);
  const parsed = toRecord(cells, uses, run);
  return "reason" in parsed ? parsed : { ...parsed, record: { ...parsed.record, id: `${run}:${row}`, run } };
}

/** What a reader must know of checkpoints that count as observations. */
export function checkpointNotices(source: string, uses: ColumnUses, rows: number, withoutLoss: number): string[] {
  const number = (value: number) => value.toLocaleString("en-US");
  return [
    `Every row of ${source} with a loss is an observation; those of one ${uses.id?.column ?? "file"} are not independent: believe an interval only where it goes by runs.`,
    ...(withoutLoss > 0 ? [`${number(withoutLoss)} of ${number(rows)} rows have no ${uses.loss?.column}.`] : []),
  ];
}
