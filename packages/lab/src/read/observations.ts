import { type CountingConvention, IsoflopError, type RunRecord } from "@isoflop/laws";
import { toRecords } from "../runs/records.js";
import { readStudyRuns } from "../runs/studyRuns.js";
import { isStudy, openStudy } from "../study/folder.js";
import { shellPath } from "../study/shellPath.js";
import { type ColumnMap, countsNonEmbedding, mapColumns } from "./columns.js";
import { readTables, type Table } from "./table.js";

/** A row that no fit sees, and why. */
export interface DroppedRow {
  /** Data row of the file, counted from 1 (after the header), with the file's name where there are several; or a run. */
  readonly row: number | string;
  readonly reason: string;
}

/** What a fit is made on. */
export interface Observations {
  readonly records: readonly RunRecord[];
  readonly dropped: readonly DroppedRow[];
  readonly convention: CountingConvention;
  /** How a missing one of N, D, C was made from the others; for the reader. */
  readonly derived?: string;
  /** Where they come from. */
  readonly sources: readonly string[];
}

export interface ReadOptions {
  readonly columns?: ColumnMap;
  /** SQL condition, from the command line only. */
  readonly where?: string;
}

/** Observations of a study folder, or of files and globs. Errors: those of readTables, mapColumns; no-observations. */
export async function readObservations(paths: readonly string[], options: ReadOptions = {}): Promise<Observations> {
  for (const path of paths) {
    if (!(await isStudy(path))) continue;
    checkStudyAlone(path, paths, options);
    return readStudy(path);
  }
  const tables = await readTables(paths, options.where);
  const several = tables.length > 1;
  const records: RunRecord[] = [];
  const dropped: DroppedRow[] = [];
  const seen = new Map<string, string>();
  const derivations = new Set<string>();
  const maps = tables.map((table) => mapColumns(table.columns, options.columns ?? {}, table.file));
  for (const [i, table] of tables.entries()) {
    const map = maps[i] ?? {};
    for (const { row, values } of table.rows) {
      const label = several ? `${table.file}:${row}` : row;
      const parsed = toRecord(values, map, `${several ? `${table.file}:` : ""}${row}`);
      if ("reason" in parsed) {
        dropped.push({ row: label, reason: parsed.reason });
        continue;
      }
      const { record, derived } = parsed;
      // A run's name tells two equal rows apart; without one, equal numbers are one observation written twice.
      const key = JSON.stringify([
        map.id === undefined ? "" : record.id,
        record.parameters,
        record.tokens,
        record.flops,
        record.loss,
        record.seed,
        record.budget,
        record.uniqueTokens,
      ]);
      const twin = seen.get(key);
      if (twin !== undefined) {
        dropped.push({ row: label, reason: `duplicate of row ${twin}` });
        continue;
      }
      seen.set(key, String(label));
      if (derived !== undefined) derivations.add(derived);
      records.push(record);
    }
  }
  if (records.length === 0) throw nothingLeft(paths, tables, dropped, options.where);
  const derived = [...derivations].join("; ");
  return {
    records,
    dropped,
    convention: {
      parameters: maps.every(countsNonEmbedding) ? "non-embedding" : "given",
      flops: derived !== "" || records.every(isSixN) ? "6N" : "given",
    },
    ...(derived === "" ? {} : { derived }),
    sources: tables.map((table) => table.file),
  };
}

/** A study's records have fixed columns, and the study says what is in them: nothing to choose, nothing to mix in. */
function checkStudyAlone(path: string, paths: readonly string[], options: ReadOptions): void {
  const option = options.where !== undefined ? "--where" : options.columns !== undefined ? "--columns" : undefined;
  if (paths.length === 1 && option === undefined) return;
  throw new IsoflopError({
    code: "study-alone",
    message:
      option === undefined
        ? `${path} is a study: it cannot be fitted together with other sources.`
        : `${option} is for files; ${path} is a study, whose records it does not apply to.`,
    hint: option === undefined ? "Fit each by itself." : `Leave it out: isoflop fit ${shellPath(path)}`,
  });
}

async function readStudy(path: string): Promise<Observations> {
  const opened = await openStudy(path);
  const { study, folder } = opened;
  const { records, convention, dropped } = await toRecords(await readStudyRuns(opened), study.counting, "fit");
  if (records.length === 0) {
    const [first] = dropped;
    throw new IsoflopError({
      code: "no-observations",
      message:
        first === undefined
          ? `The study ${folder} has no finished run yet.`
          : `The study ${folder} has no run with a loss: ${dropped.length} ended without one (${first.name}: ${first.reason}).`,
      hint:
        first === undefined
          ? `Train it first: isoflop run ${shellPath(path)}`
          : "Mend what they ended of, for example a lower hyperparameters.lr, and run the study again.",
    });
  }
  return {
    records,
    convention,
    dropped: dropped.map(({ id, name, reason }) => ({ row: `${name} (${id})`, reason })),
    sources: [folder],
  };
}

/** C within 1 % of 6ND: the source counted as Hoffmann et al. 2022, section 3.3 do. */
function isSixN(record: RunRecord): boolean {
  return Math.abs(record.flops / (6 * record.parameters * record.tokens) - 1) < 0.01;
}

type Parsed = { readonly record: RunRecord; readonly derived: string | undefined } | { readonly reason: string };

function toRecord(values: ReadonlyMap<string, unknown>, map: ColumnMap, fallbackId: string): Parsed {
  const cell = (column: string | undefined) => (column === undefined ? undefined : values.get(column));
  const read = (column: string | undefined): number | undefined => {
    const value = cell(column);
    return value === undefined || value === null || value === "" ? undefined : toNumber(value);
  };
  let [parameters, tokens, flops] = [read(map.parameters), read(map.tokens), read(map.flops)];
  const loss = read(map.loss);
  const given = { parameters, tokens, flops };
  for (const [field, value] of Object.entries({ ...given, loss })) {
    const column = map[field as "parameters" | "tokens" | "flops" | "loss"];
    if (value === undefined) continue;
    if (Number.isNaN(value)) return { reason: `${column} is not a number (${shownCell(cell(column))})` };
    if (!Number.isFinite(value)) return { reason: `${column} is not finite (${value})` };
    if (value <= 0) return { reason: `${column} is not positive (${value})` };
  }
  if (loss === undefined) return { reason: `${map.loss} is empty` };
  let derived: string | undefined;
  if (flops === undefined && parameters !== undefined && tokens !== undefined) {
    flops = 6 * parameters * tokens;
    derived = "C = 6ND";
  } else if (tokens === undefined && parameters !== undefined && flops !== undefined) {
    tokens = flops / (6 * parameters);
    derived = "D = C/6N";
  } else if (parameters === undefined && tokens !== undefined && flops !== undefined) {
    parameters = flops / (6 * tokens);
    derived = "N = C/6D";
  }
  if (parameters === undefined || tokens === undefined || flops === undefined) {
    return { reason: "fewer than two of N, D and C are given" };
  }
  if (!(Number.isFinite(parameters) && Number.isFinite(tokens) && Number.isFinite(flops) && flops * tokens > 0)) {
    return { reason: `${derived ?? "N, D and C"} is beyond what a number can hold` };
  }
  const budget = read(map.budget);
  const seed = read(map.seed);
  const [unique, epochs] = [read(map.uniqueTokens), read(map.epochs)];
  for (const [field, value] of Object.entries({ uniqueTokens: unique, epochs })) {
    if (value !== undefined && !(value > 0 && Number.isFinite(value))) {
      return { reason: `${map[field as "uniqueTokens" | "epochs"]} is not a positive number (${value})` };
    }
  }
  // Less than one pass repeats nothing.
  const uniqueTokens = unique ?? (epochs === undefined ? undefined : tokens / Math.max(1, epochs));
  const id = cell(map.id);
  return {
    derived,
    record: {
      id: id === undefined || id === null || id === "" ? fallbackId : String(id),
      parameters,
      tokens,
      flops,
      loss,
      ...(budget !== undefined && budget > 0 && Number.isFinite(budget) ? { budget } : {}),
      ...(uniqueTokens === undefined ? {} : { uniqueTokens }),
      ...(seed !== undefined && Number.isInteger(seed) ? { seed } : {}),
    },
  };
}

/** A cell in one line and of bounded length; a comma that may be decimal is pointed at. */
function shownCell(value: unknown): string {
  const text = String(value).replaceAll(/\s+/g, " ");
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return /^[+-]?\d+,\d+$/.test(text.trim())
    ? `${shown}: decimal comma or thousands? write a point, or no comma`
    : shown;
}

/**
 * Numbers, bigints and decimals as DuckDB gives them, and text that holds a number. Commas are taken for thousands only
 * where they can be nothing else (1,234,567 or 1,234.5): a lone one may be a decimal comma, and 3,214 nats would pass for 3214.
 */
function toNumber(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  const text = String(value).trim();
  const grouped = /^[+-]?\d{1,3}(,\d{3})+$/.test(text) && text.indexOf(",") !== text.lastIndexOf(",");
  const pointed = /^[+-]?\d{1,3}(,\d{3})+\.\d*$/.test(text);
  return Number(grouped || pointed ? text.replaceAll(",", "") : text);
}

function nothingLeft(
  paths: readonly string[],
  tables: readonly Table[],
  dropped: readonly DroppedRow[],
  where: string | undefined,
): IsoflopError {
  const first = dropped[0];
  const why =
    first === undefined
      ? tables.some((table) => table.rows.length > 0) || where === undefined
        ? "it has no rows"
        : `no row satisfies ${where}`
      : `all ${dropped.length} rows are unusable (row ${first.row}: ${first.reason})`;
  return new IsoflopError({
    code: "no-observations",
    message: `${paths.join(", ")} gives nothing to fit: ${why}.`,
    hint: "Check the columns (--columns N=…,D=…,loss=…) and the filter (--where).",
  });
}
