import { detailOf, type Fault, faultOf } from "./fault.js";
import { importTables, sampleOf } from "./importTables.js";
import { LIMITS, type Limits } from "./limits.js";
import type { FileFault, Report, Request, TableSummary } from "./protocol.js";
import { readFile } from "./readFile.js";
import type { StoredTable } from "./storedTable.js";

interface Held {
  readonly table: StoredTable;
  /** Unpacked bytes, as far as they are counted. */
  readonly bytes: number;
}

/** Keeps the tables that were read, and answers requests one after the other. */
export function createImporter(
  report: (report: Report) => void,
  limits: Limits = LIMITS,
): (request: Request) => Promise<void> {
  const held: Held[] = [];
  let work = Promise.resolve();

  async function answer(request: Request): Promise<void> {
    if (request.kind === "read") {
      const faults: FileFault[] = [];
      for (const { file, name } of request.files) {
        const fault = await read(file, name);
        if (fault !== undefined) faults.push({ name, fault });
      }
      reportTables(faults);
    } else if (request.kind === "forget") {
      const at = held.findIndex(({ table }) => table.name === request.name);
      if (at >= 0) held.splice(at, 1);
      reportTables([]);
    } else {
      const outcome = importTables(
        held.map(({ table }) => table),
        request.choices,
      );
      report({ kind: "outcome", outcome, turn: request.turn });
    }
  }

  async function read(file: Blob, name: string): Promise<Fault | undefined> {
    if (held.length >= limits.files) return { kind: "files", limit: limits.files };
    const before = held.reduce((sum, { bytes }) => sum + bytes, 0);
    let bytes = 0;
    let told = 0;
    try {
      const table = await readFile(file, name, {
        limit: limits.bytes - before,
        limits: {
          ...limits,
          rows: limits.rows - held.reduce((sum, { table: { rows } }) => sum + rows, 0),
          cells: limits.cells - held.reduce((sum, { table: { rows, columns } }) => sum + rows * columns.length, 0),
        },
        onBytes(count) {
          bytes += count;
          if (bytes - told < 2 ** 20) return;
          told = bytes;
          report({ kind: "progress", name, done: bytes, total: Math.max(bytes, file.size) });
        },
      });
      held.push({ table: { ...table, name: freeName(name) }, bytes });
      return undefined;
    } catch (error) {
      const fault = faultOf(error);
      // What is left is little where other files are held: the limit is that of all together.
      return "limit" in fault && fault.kind in LIMITS_OF_ALL
        ? { ...fault, limit: limits[LIMITS_OF_ALL[fault.kind]!] }
        : fault;
    }
  }

  function freeName(name: string): string {
    const taken = new Set(held.map(({ table }) => table.name));
    let free = name;
    for (let i = 2; taken.has(free); i++) free = `${name} (${i})`;
    return free;
  }

  function reportTables(faults: readonly FileFault[]): void {
    report({ kind: "tables", tables: held.map(({ table }) => summaryOf(table)), faults });
  }

  return (request) => {
    work = work
      .then(() => answer(request))
      .catch((error: unknown) => report({ kind: "broken", detail: detailOf(error) }));
    return work;
  };
}

const LIMITS_OF_ALL: Readonly<Record<string, keyof typeof LIMITS>> = {
  "too-large": "bytes",
  rows: "rows",
  cells: "cells",
};

function summaryOf({ name, rows, columns, notices }: StoredTable): TableSummary {
  return {
    name,
    rows,
    notices,
    columns: columns.map((column) => ({ name: column.name, sample: sampleOf(column.cells, 3) })),
  };
}
