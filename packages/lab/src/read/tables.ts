import type { DuckDBConnection } from "@duckdb/node-api";
import { rowsOf } from "./database.js";
import { findFiles } from "./files.js";
import { refuseEmptyImport } from "./imported.js";
import { keepWhere, loadTable, type PlannedColumns, type Table } from "./table.js";

/** Which of a file's columns are of use. */
export type ColumnPlanner<Plan> = (
  file: string,
) => (columns: readonly string[], isText: (column: string) => boolean) => Plan;

/**
 * The files that the patterns name, each as a table of its useful columns, without the rows that `where` excludes.
 * Errors: those of findFiles, refuseEmptyImport, loadTable and keepWhere.
 */
export async function loadTables<Plan extends PlannedColumns>(
  connection: DuckDBConnection,
  patterns: readonly string[],
  planOf: ColumnPlanner<Plan>,
  where: string | undefined,
): Promise<{ readonly tables: readonly Table<Plan>[] /** Before `where`. */; readonly hadRows: boolean }> {
  const files: string[] = [];
  for (const pattern of patterns) files.push(...(await findFiles(connection, pattern)));
  const tables: Table<Plan>[] = [];
  for (const [i, file] of [...new Set(files)].entries()) {
    await refuseEmptyImport(file);
    tables.push(await loadTable(connection, file, `source_${i}`, planOf(file), where));
  }
  const hadRows = await anyRow(connection, tables);
  // From here on the user's condition runs: it sees the rows, and neither files nor network.
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
  if (where !== undefined) for (const table of tables) await keepWhere(connection, table, where);
  return { tables, hadRows };
}

async function anyRow(connection: DuckDBConnection, tables: readonly Table<PlannedColumns>[]): Promise<boolean> {
  for (const { name } of tables) {
    if ((await rowsOf(connection, `SELECT 1 FROM ${name} LIMIT 1`)).length > 0) return true;
  }
  return false;
}
