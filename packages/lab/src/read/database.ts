import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** Beside Node itself and the reader's buffers this keeps the process well below 1 GB, whatever the size of the files. */
const MEMORY = "300MB";

/**
 * A database in memory. What does not fit goes to a folder of its own in the system's temporary one, removed when it is
 * closed. Files of this machine only: an address must not make it fetch an extension, or the file.
 */
export async function openDatabase(): Promise<{
  readonly connection: DuckDBConnection;
  readonly close: () => Promise<void>;
}> {
  const spill = join(tmpdir(), `isoflop-${process.pid}-${(opened++).toString()}`);
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    memory_limit: MEMORY,
    threads: "2",
    temp_directory: spill,
  });
  const connection = await instance.connect();
  const close = async (): Promise<void> => {
    connection.closeSync();
    instance.closeSync();
    await rm(spill, { recursive: true, force: true });
  };
  return { connection, close };
}

/** A database for one piece of work. */
export async function withDatabase<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const { connection, close } = await openDatabase();
  try {
    return await work(connection);
  } finally {
    await close();
  }
}

let opened = 0;

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** All rows of a query that gives few. */
export async function rowsOf(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  return (await connection.runAndReadAll(sql)).getRowsJS();
}

/** Name and type of each column of a query's result. */
export async function columnsOf(
  connection: DuckDBConnection,
  sql: string,
): Promise<{ readonly name: string; readonly type: string }[]> {
  return (await rowsOf(connection, `DESCRIBE ${sql}`)).map(([name, type]) => ({
    name: String(name),
    type: String(type),
  }));
}
