import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ExportPlace, TableFormat, Written } from "../exporter.js";
import { csvLine } from "./csv.js";
import { jsonRow } from "./json.js";
import { parquetFile } from "./parquet.js";
import { fileSink } from "./sink.js";
import type { Cell, Table } from "./table.js";

/** Rows between two looks at whether the disk keeps up. */
const AT_ONCE = 2000;

/** Writes a table in every format, going through its rows once. */
export async function writeTable(
  { folder }: Pick<ExportPlace, "folder">,
  table: Table,
  formats: readonly TableFormat[],
): Promise<readonly Written[]> {
  await mkdir(dirname(join(folder, table.name)), { recursive: true });
  const files = formats.map((format) => open(join(folder, `${table.name}.${format}`), format, table));
  let count = 0;
  try {
    for await (const cells of table.rows()) {
      for (const file of files) file.add(cells, count);
      if (++count % AT_ONCE === 0) for (const file of files) await file.flush();
    }
  } finally {
    // Also after an error: no file stays open, and the first error is the one that counts.
    await Promise.allSettled(files.map((file) => file.close()));
  }
  for (const file of files) await file.finish();
  return formats.map((format) => ({ path: `${table.name}.${format}`, count }));
}

interface TableFile {
  readonly add: (cells: readonly Cell[], row: number) => void;
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
  /** Once all is written: what failed is thrown here. */
  readonly finish: () => Promise<void>;
}

function open(path: string, format: TableFormat, { columns }: Table): TableFile {
  const lines = format === "parquet" ? `${path}.jsonl` : path;
  const sink = fileSink(lines);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    if (closed === undefined && format === "json") sink.add("\n]\n");
    closed ??= sink.close();
    return closed;
  };
  const file = { flush: sink.flush, close, finish: close };
  if (format === "csv") {
    sink.add(csvLine(columns.map(({ name }) => name)));
    return { ...file, add: (cells) => sink.add(csvLine(cells)) };
  }
  if (format === "json") {
    sink.add("[");
    return { ...file, add: (cells, row) => sink.add(`${row === 0 ? "\n" : ",\n"}${jsonRow(columns, cells)}`) };
  }
  return {
    ...file,
    add: (cells) => sink.add(`${jsonRow(columns, cells)}\n`),
    finish: async () => {
      await close();
      await parquetFile(lines, path, columns);
      await rm(lines);
    },
  };
}
