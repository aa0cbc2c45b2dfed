import { literal, withDatabase } from "../../read/database.js";
import { pathLiteral } from "../../read/files.js";
import type { Column } from "./table.js";

const SQL = { text: "VARCHAR", number: "DOUBLE" } as const;

/** Makes a Parquet file of rows that lie one a line as JSON. */
export function parquetFile(lines: string, to: string, columns: readonly Column[]): Promise<void> {
  const types = columns.map(({ name, type }) => `${literal(name)}: ${literal(SQL[type])}`).join(", ");
  return withDatabase(async (connection) => {
    await connection.run(
      `COPY (SELECT * FROM read_json(${pathLiteral(lines)}, format = 'newline_delimited', columns = {${types}})) TO ${literal(to)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  });
}
