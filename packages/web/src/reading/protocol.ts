import type { Fault } from "./fault.js";
import type { Choices, ImportOutcome } from "./importTables.js";
import type { ReadNotice } from "./storedTable.js";

/** What the page asks of the worker that reads. */
export type Request =
  | { readonly kind: "read"; readonly files: readonly { readonly file: Blob; readonly name: string }[] }
  | { readonly kind: "forget"; readonly name: string }
  | { readonly kind: "choose"; readonly choices: Choices; readonly turn: number };

/** A column as the form shows it. */
export interface ColumnSummary {
  readonly name: string;
  /** Its first cells that are not empty. */
  readonly sample: readonly string[];
}

export interface TableSummary {
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly ColumnSummary[];
  readonly notices: readonly ReadNotice[];
}

export interface FileFault {
  readonly name: string;
  readonly fault: Fault;
}

/** What the worker says. */
export type Report =
  | { readonly kind: "progress"; readonly name: string; readonly done: number; readonly total: number }
  | { readonly kind: "tables"; readonly tables: readonly TableSummary[]; readonly faults: readonly FileFault[] }
  | { readonly kind: "outcome"; readonly outcome: ImportOutcome; readonly turn: number }
  | { readonly kind: "broken"; readonly detail: string };
