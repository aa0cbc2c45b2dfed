import type { LiveRun, RunStatus } from "isoflop/api";
import { fractionOf, STATUSES } from "./progress.js";

/** What a table of runs can be sorted by: its columns. */
export const COLUMNS = [
  "name",
  "status",
  "budget",
  "parameters",
  "tokens",
  "progress",
  "trainLoss",
  "validationLoss",
  "wallSeconds",
  "failures",
] as const;
export type Column = (typeof COLUMNS)[number];

export interface Sorting {
  /** Undefined: by budget, size and name. */
  readonly column: Column | undefined;
  readonly descending: boolean;
}

export interface Filter {
  readonly status: RunStatus | undefined;
  /** Every word must be in the name, the id or the role. */
  readonly text: string;
  readonly sweep: boolean;
}

/** "loss", "-loss": how the address has it. */
export function parseSorting(text: string | null): Sorting {
  const descending = text?.startsWith("-") ?? false;
  const name = descending ? text?.slice(1) : text;
  return { column: COLUMNS.find((column) => column === name), descending };
}

export const sortingText = ({ column, descending }: Sorting): string | undefined =>
  column === undefined ? undefined : `${descending ? "-" : ""}${column}`;

/** What a click on a column's head makes of the sorting: ascending, descending, none. */
export function nextSorting(sorting: Sorting, column: Column): Sorting {
  if (sorting.column !== column) return { column, descending: false };
  return sorting.descending ? { column: undefined, descending: false } : { column, descending: true };
}

export function filterRuns(runs: Iterable<LiveRun>, { status, text, sweep }: Filter): LiveRun[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found: LiveRun[] = [];
  for (const run of runs) {
    if (!sweep && run.part === "sweep") continue;
    if (status !== undefined && run.status !== status) continue;
    const said = `${run.name} ${run.id} ${run.role} ${run.part}`.toLowerCase();
    if (words.every((word) => said.includes(word))) found.push(run);
  }
  return found;
}

/** Sorted, runs without a value last in either direction, and runs that are equal as they stand in the design. */
export function sortRuns(runs: readonly LiveRun[], { column, descending }: Sorting): LiveRun[] {
  const byDesign = (a: LiveRun, b: LiveRun) =>
    (a.budget ?? 0) - (b.budget ?? 0) ||
    a.parameters - b.parameters ||
    a.tokens - b.tokens ||
    compareText(a.name, b.name) ||
    compareText(a.id, b.id);
  if (column === undefined) return [...runs].sort(byDesign);
  const sign = descending ? -1 : 1;
  return [...runs].sort((a, b) => {
    if (column === "name") return sign * compareText(a.name, b.name) || byDesign(a, b);
    const [x, y] = [sortValue(a, column), sortValue(b, column)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined) || byDesign(a, b);
    return sign * (x - y) || byDesign(a, b);
  });
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function sortValue(run: LiveRun, column: Exclude<Column, "name">): number | undefined {
  if (column === "status") return STATUSES.indexOf(run.status);
  if (column === "progress") return fractionOf(run);
  return run[column] ?? undefined;
}

export const PAGE_ROWS = 50;

/** One page of rows; a page that there is not becomes the nearest. */
export function pageOf<Row>(rows: readonly Row[], wanted: number, size = PAGE_ROWS) {
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const page = Math.min(pages, Math.max(1, Math.trunc(wanted) || 1));
  const first = (page - 1) * size;
  return { page, pages, first, rows: rows.slice(first, first + size) };
}
