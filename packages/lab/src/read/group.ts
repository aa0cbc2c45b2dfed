import type { DuckDBConnection } from "@duckdb/node-api";
import type { Cells, ColumnPlan, Field } from "@isoflop/laws/observations";
import { columnsOf, literal, quoted, rowsOf } from "./database.js";
import { rowNumber, type Table } from "./table.js";

/** Files whose useful columns have the same names: one table, in which a run may stretch over several files. */
export interface Group {
  /** A view with POSITION and a column for each field of use. */
  readonly view: string;
  readonly plan: ColumnPlan;
  readonly files: readonly string[];
  /** SQL type of each field's column. */
  readonly types: ReadonlyMap<Field, string>;
  readonly rows: number;
  /** Each file is one run: there are several, with steps, and no column names the run. */
  readonly fileIsRun: boolean;
}

/** Number of the file among its group's, and of the row in it. */
export const POSITION = "__isoflop_position";
const FILE = 2 ** 40;

/** Groups of tables of the same columns, in the order of their first files. */
export async function groupTables(connection: DuckDBConnection, tables: readonly Table[]): Promise<Group[]> {
  const byColumns = new Map<string, Table[]>();
  for (const table of tables) {
    const key = JSON.stringify(table.plan.uses);
    byColumns.set(key, [...(byColumns.get(key) ?? []), table]);
  }
  const groups: Group[] = [];
  for (const members of byColumns.values()) {
    const { plan } = members[0]!;
    const view = `rows_${groups.length}`;
    const fileIsRun = tables.length > 1 && plan.uses.id === undefined && plan.uses.step !== undefined;
    const fields = Object.keys(plan.uses).map(quoted).join(", ");
    const parts: string[] = [];
    for (const [i, { name, file }] of members.entries()) {
      const row = await rowNumber(connection, name);
      const run = fileIsRun ? `, ${literal(file)} AS id` : "";
      parts.push(`SELECT ${i * FILE} + ${row} AS ${POSITION}, ${fields}${run} FROM ${name}`);
    }
    await connection.run(`CREATE TEMP VIEW ${view} AS ${parts.join(" UNION ALL ")}`);
    const types = await columnsOf(connection, `SELECT * EXCLUDE (${POSITION}) FROM ${view}`);
    const [[rows] = []] = await rowsOf(connection, `SELECT count(*) FROM ${view}`);
    groups.push({
      view,
      plan,
      files: members.map(({ file }) => file),
      types: new Map(types.map(({ name, type }) => [name as Field, type])),
      rows: Number(rows),
      fileIsRun,
    });
  }
  return groups;
}

/** How a row is called: by its number, and by its file where there are several. */
export function rowLabel(group: Group, position: unknown, severalFiles: boolean): number | string {
  const [file, row] = [Math.floor(Number(position) / FILE), Number(position) % FILE];
  return severalFiles ? `${group.files[file]}:${row}` : row;
}

/** A group's rows, some at a time: never all of a large table at once. */
export async function* cellsOfGroup(
  connection: DuckDBConnection,
  group: Group,
  condition = "true",
): AsyncGenerator<{ readonly position: unknown; readonly cells: Cells }> {
  const fields = [...group.types.keys()];
  const result = await connection.stream(
    `SELECT ${[POSITION, ...fields.map(quoted)].join(", ")} FROM ${group.view} WHERE ${condition} ORDER BY ${POSITION}`,
  );
  for await (const rows of result.yieldRowsJs()) {
    for (const [position, ...values] of rows) yield { position, cells: toCells(fields, values) };
  }
}

export function toCells(fields: readonly Field[], values: readonly unknown[]): Cells {
  return Object.fromEntries(fields.map((field, i) => [field, values[i]]));
}
