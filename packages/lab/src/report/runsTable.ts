import { formatCount, formatFlops, formatLoss } from "@isoflop/figures";
import { type Html, html } from "./html.js";
import type { DroppedRow, RunRow } from "./model.js";
import { type Column, table } from "./table.js";
import { none } from "./tables.js";

/** Longer tables are no reading, and a page of ten thousand rows opens slowly. */
const MOST_ROWS = 1000;

/** What a cut table leaves out. */
function more(all: readonly unknown[], what: string): Html | undefined {
  return all.length > MOST_ROWS ? html`<p class="faint">… and ${all.length - MOST_ROWS} ${what} more.</p>` : undefined;
}

/** Every run, with the columns that any of them has something for. */
export function runsTable(runs: readonly RunRow[]): Html {
  const loss = (value: number | undefined): string => (value === undefined ? none : formatLoss(value, 4));
  const has = (field: keyof RunRow) => runs.some((run) => run[field] !== undefined);
  const column = (field: keyof RunRow, made: Column<RunRow>): Column<RunRow>[] => (has(field) ? [made] : []);
  const columns: Column<RunRow>[] = [
    { heading: "Run", cell: (run) => html`${run.name}${run.id === run.name ? "" : html` <small>${run.id}</small>`}` },
    ...(runs.some(({ role }) => role !== "fit") ? [{ heading: "Role", cell: (run: RunRow) => run.role }] : []),
    ...column("budget", {
      heading: "Budget",
      unit: "FLOPs",
      kind: "number",
      cell: (run) => (run.budget === undefined ? none : formatFlops(run.budget)),
    }),
    { heading: "N", kind: "number", cell: (run) => formatCount(run.parameters, 4) },
    { heading: "D", unit: "tokens", kind: "number", cell: (run) => formatCount(run.tokens, 4) },
    { heading: "C", unit: "FLOPs", kind: "number", cell: (run) => formatFlops(run.flops) },
    ...column("steps", { heading: "Steps", kind: "number", cell: (run) => run.steps ?? none }),
    ...column("batch", { heading: "Batch", unit: "tokens", kind: "number", cell: (run) => run.batch ?? none }),
    ...column("learningRate", {
      heading: "Peak LR",
      kind: "number",
      cell: ({ learningRate }) => (learningRate === undefined ? none : String(Number(learningRate.toPrecision(3)))),
    }),
    ...column("trainLoss", {
      heading: "Train loss",
      unit: "nats/token",
      kind: "number",
      cell: (run) => loss(run.trainLoss),
    }),
    ...column("validationLoss", {
      heading: "Validation loss",
      unit: "nats/token",
      kind: "number",
      cell: (run) => loss(run.validationLoss),
    }),
    ...column("loss", { heading: "Loss", kind: "number", cell: (run) => loss(run.loss) }),
    ...column("wallSeconds", {
      heading: "Wall time",
      kind: "number",
      cell: (run) => (run.wallSeconds === undefined ? none : formatDuration(run.wallSeconds)),
    }),
    ...column("status", {
      heading: "Status",
      cell: (run) => {
        const reason = run.reason ? html` <small>${run.reason}</small>` : "";
        return run.status !== undefined && BAD.includes(run.status)
          ? html`<strong class="bad">${run.status}</strong>${reason}`
          : html`${run.status ?? none}${reason}`;
      },
    }),
  ];
  const shown = table(`Every run (${runs.length})`, columns, runs.slice(0, MOST_ROWS));
  return html`${shown}${more(runs, "runs")}`;
}

const BAD: readonly NonNullable<RunRow["status"]>[] = ["diverged", "failed", "crashed"];

/** What no fit saw, and why. */
export function droppedTable(dropped: readonly DroppedRow[]): Html {
  const columns: Column<DroppedRow>[] = [
    { heading: "Row or run", cell: ({ row }) => row },
    { heading: "Why it is left out", cell: ({ reason }) => html`<div class="note">${reason}</div>` },
  ];
  const shown = table(`Left out (${dropped.length})`, columns, dropped.slice(0, MOST_ROWS));
  return html`${shown}${more(dropped, "rows")}`;
}

/** 4.2 s, 3 min 20 s, 2 h 5 min. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
