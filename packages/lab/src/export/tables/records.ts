import type { CountingConvention } from "@isoflop/laws";
import type { Exporter } from "../exporter.js";
import type { ExportDropped, ExportInput, ExportRecord } from "../input.js";
import { type Cell, type Column, describedTable, number, type Table, text } from "./table.js";
import { writeTable } from "./writeTable.js";

/** The runs as the fits see them; beside them those that a forecast is checked with, and those that were dropped. */
export const recordsExporter: Exporter = {
  what: "records",
  about: "a row for each run",
  byDefault: true,
  lacks: ({ records, heldOut, dropped }) =>
    records.length + heldOut.length + dropped.length === 0 ? "no run has ended yet" : undefined,
  write: async (input, place, { formats }) => {
    const written = [];
    for (const table of recordTables(input)) written.push(...(await writeTable(place, table, formats)));
    return written;
  },
};

function recordTables(input: ExportInput): Table[] {
  const { records, heldOut, dropped, convention } = input;
  return [
    ...(records.length === 0 ? [] : [recordTable("records", records, convention)]),
    ...(heldOut.length === 0 ? [] : [recordTable("held-out", heldOut, convention)]),
    ...(dropped.length === 0 ? [] : [droppedTable(dropped)]),
  ];
}

/** How a column of N says what it counts, in words that `isoflop fit` knows. */
const COUNTED: Readonly<Record<CountingConvention["parameters"], string>> = {
  total: "N_total",
  "non-embedding": "N_non_embedding",
  given: "N",
};

/**
 * Records in their order, under names that `isoflop fit` knows: read back, they give the same fit. What is empty in all of them
 * has no column.
 */
export function recordTable(name: string, records: readonly ExportRecord[], convention: CountingConvention): Table {
  const [unit] = new Set(records.map(({ lossUnit }) => lossUnit));
  const columns: readonly (readonly [Column, (record: ExportRecord) => Cell])[] = [
    [text(runColumn(records)), (record) => record.run ?? record.id],
    [text("label"), ({ label }) => label],
    [number(COUNTED[convention.parameters]), ({ parameters }) => parameters],
    [number("D"), ({ tokens }) => tokens],
    [number("C"), ({ flops }) => flops],
    [number(unit === undefined ? "loss" : `loss_${unit.replaceAll(" ", "_")}`), ({ loss }) => loss],
    [number("budget"), ({ budget }) => budget],
    [number("seed"), ({ seed }) => seed],
    [number("unique_tokens"), ({ uniqueTokens }) => uniqueTokens],
    [text("logger"), ({ logger }) => logger],
    [text("path"), ({ source }) => source],
    [text("origin"), ({ origin }) => origin?.join("; ")],
  ];
  return describedTable(name, records, columns);
}

/** "run" where it names one run each or several checkpoints of one, "name" where different runs share it: only the former are curves. */
function runColumn(records: readonly ExportRecord[]): string {
  const ids = new Set(records.map(({ id }) => id));
  return ids.size === records.length || records.some(({ run }) => run !== undefined) ? "run" : "name";
}

const droppedTable = (dropped: readonly ExportDropped[]): Table =>
  describedTable("dropped", dropped, [
    [text("run"), ({ id }) => id],
    [text("label"), ({ label }) => label],
    [text("reason"), ({ reason }) => reason],
  ]);
