import { isIsoflopError } from "@isoflop/laws/error";
import {
  type ColumnChoices,
  type ColumnUses,
  holdsWords,
  isEmpty,
  observationsOfTables,
  recogniseColumns,
  type Table,
  type TablesObservations,
} from "@isoflop/laws/observations";
import { type Condition, isComplete, satisfies } from "./conditions.js";
import type { StoredTable } from "./storedTable.js";

/** What the reader chose in the form. */
export interface Choices {
  /** Only what was changed: the names of the columns decide the rest. */
  readonly columns: ColumnChoices;
  readonly conditions: readonly Condition[];
  /** Every row of a training curve is an observation of its run, instead of the last one. */
  readonly checkpoints: boolean;
}

/** An IsoflopError, as it passes from the worker to the page. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export type ImportedObservations = TablesObservations<string>;

export interface ImportOutcome {
  /** Of each table: what is recognised, also where it is too little to fit. */
  readonly uses: readonly ColumnUses[];
  /** Rows that the conditions leave out. */
  readonly excluded: number;
  readonly result: { readonly observations: ImportedObservations } | { readonly refusal: Refusal };
}

/** Records of tables, as `isoflop fit` takes them from the same files. */
export function importTables(tables: readonly StoredTable[], choices: Choices): ImportOutcome {
  const views = tables.map((table) => viewOf(table, choices.conditions));
  const several = tables.length > 1;
  const choicesOf = (table: Table): ColumnChoices => ofTable(choices.columns, table, views);
  const uses: ColumnUses[] = [];
  const excluded = tables.reduce((sum, { rows }, i) => sum + rows - views[i]!.rows.length, 0);
  try {
    for (const view of views)
      uses.push(recogniseColumns(view.columns, choicesOf(view), view.source, isText(view)).uses);
    const label = (table: Table, row: number) => (several ? `${table.source}:${row}` : `${row}`);
    const observations = observationsOfTables(views, label, choicesOf, choices.checkpoints);
    return {
      uses,
      excluded,
      result: observations.records.length === 0 ? { refusal: nothingLeft(observations) } : { observations },
    };
  } catch (error) {
    if (!isIsoflopError(error)) throw error;
    const { code, message, hint } = error;
    return { uses, excluded, result: { refusal: { code, message, ...(hint === undefined ? {} : { hint }) } } };
  }
}

/** A choice holds for the tables that have its column; one that none has is everyone's, and refused. */
function ofTable(columns: ColumnChoices, table: Table, all: readonly Table[]): ColumnChoices {
  return Object.fromEntries(
    Object.entries(columns).filter(([, choice]) => {
      if (choice === null || choice === undefined) return true;
      const column = typeof choice === "string" ? choice : choice.column;
      const has = ({ columns: names }: Table) => names.includes(column);
      return has(table) || !all.some(has);
    }),
  ) as ColumnChoices;
}

function viewOf({ name, columns, rows }: StoredTable, conditions: readonly Condition[]): Table {
  const cells = new Map(columns.map((column) => [column.name, column.cells]));
  const cell = (row: number, column: string) => cells.get(column)?.[row - 1];
  // A file that lacks a condition's column is not what the condition speaks of.
  const apply = conditions.filter((condition) => isComplete(condition) && cells.has(condition.column));
  const kept: number[] = [];
  for (let row = 1; row <= rows; row++) {
    if (apply.every((condition) => satisfies(cell(row, condition.column), condition))) kept.push(row);
  }
  return { source: name, columns: columns.map((column) => column.name), rows: kept, cell };
}

const isText = (table: Table) => (column: string) =>
  holdsWords(table.rows.slice(0, 100).map((row) => table.cell(row, column)));

function nothingLeft({ dropped }: TablesObservations<string>): Refusal {
  const [first] = dropped;
  return {
    code: "no-observations",
    message:
      first === undefined
        ? "No row is left."
        : `All ${dropped.length} rows are unusable (row ${first.row}: ${first.reason}).`,
  };
}

/** The first cells of a column that are not empty, for whoever chooses among columns. */
export function sampleOf(cells: ArrayLike<unknown>, count: number): string[] {
  const shown: string[] = [];
  for (let i = 0; i < cells.length && i < 1000 && shown.length < count; i++) {
    const cell = cells[i];
    if (isEmpty(cell)) continue;
    const text = String(cell);
    shown.push(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  }
  return shown;
}
