import type { DuckDBConnection } from "@duckdb/node-api";
import { type CountingConvention, type FitWarning, IsoflopError, type RunRecord } from "@isoflop/laws";
import {
  asCheckpoint,
  type Collector,
  type ColumnMap,
  type ColumnUse,
  checkLossUnits,
  checkNumber,
  checkpointNotices,
  collector,
  curveNotices,
  mapColumns,
  namesKind,
  sharedNameNotice,
  toRecord,
  toRunRecord,
} from "@isoflop/laws/observations";
import { readStudyRuns } from "../runs/studyRuns.js";
import { type StudyObservations, studyObservations } from "../steps/studyObservations.js";
import { isStudy, openStudy } from "../study/folder.js";
import { shellPath } from "../study/shellPath.js";
import { judgeGroup, readCurves } from "./curves.js";
import { rowsOf, withDatabase } from "./database.js";
import { cellsOfGroup, type Group, groupTables, rowLabel } from "./group.js";
import { type ImportedFolder, importedBehind, importWarnings, sharedConvention, withCurves } from "./imported.js";
import { loadTables } from "./tables.js";

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
  /** Which columns were taken, one line for each kind of table; none of a study. */
  readonly columns: readonly string[];
  /** What was decided in reading, and what looks doubtful. */
  readonly notices: readonly string[];
  /** What must be known of the runs before any fit of them is believed. */
  readonly warnings: readonly FitWarning[];
  /** Of the losses, where they are not in nats per token. */
  readonly lossUnit?: NonNullable<ColumnUse["unit"]>;
  /** The condition that left rows out, where one was given. */
  readonly where?: string;
  /** The folders among the sources that an import has made. */
  readonly imported: readonly ImportedFolder[];
  /** Of a study whose design has parts or repeats data on purpose. */
  readonly study?: Pick<StudyObservations, "parts" | "choices">;
}

export interface ReadOptions {
  readonly columns?: ColumnMap;
  /** SQL condition, from the command line only. */
  readonly where?: string;
  /** Every row of a training curve is an observation of its run, instead of the last one. */
  readonly checkpoints?: boolean;
}

/**
 * Observations of a study folder, or of files and globs. Memory stays bounded whatever their size: large tables are
 * gone through in the database.
 * Errors: those of findFiles, readerOf, loadTable, keepWhere and mapColumns; no-observations, too-many-rows.
 */
export async function readObservations(paths: readonly string[], options: ReadOptions = {}): Promise<Observations> {
  for (const path of paths) {
    if (!(await isStudy(path))) continue;
    checkStudyAlone(path, paths, options);
    return readStudy(path);
  }
  return withDatabase(async (connection) => {
    const { where, columns = {} } = options;
    const { tables, hadRows } = await loadTables(
      connection,
      paths,
      (file) => (names, isText) => mapColumns(names, columns, file, isText),
      where,
    );
    const groups = await groupTables(connection, tables);
    checkLossUnits(groups.map(({ plan, files }) => ({ source: files[0]!, uses: plan.uses })));
    const collected = collector<number | string>();
    const notices = tables.flatMap((table) => table.notices);
    for (const group of groups) {
      notices.push(...group.plan.notices);
      notices.push(...(await addGroup(connection, group, options, tables.length > 1, collected)));
    }
    const { doubts, ...found } = collected.finish(groups.map(({ plan }) => plan.uses));
    if (found.records.length === 0) throw nothingLeft(paths, found.dropped, hadRows ? where : undefined);
    const files = tables.map((table) => table.file);
    const folders = await importedBehind(files);
    // Whatever else there is: imports that count in different ways are not fitted together.
    const shared = sharedConvention(folders);
    // Columns of the user's choice are not what the import has counted.
    const isShared =
      folders.length === tables.length && columns.parameters === undefined && columns.flops === undefined;
    const lossUnit = groups[0]?.plan.uses.loss?.unit;
    return {
      ...found,
      ...(folders.length === 0 ? {} : { records: await withCurves(found.records, folders) }),
      ...(isShared ? { convention: shared } : {}),
      sources: files,
      columns: [...new Set(groups.map(({ plan }) => plan.columns))],
      ...(lossUnit === undefined ? {} : { lossUnit }),
      ...(where === undefined ? {} : { where }),
      imported: folders,
      warnings: importWarnings(folders, files, new Set(found.records.map(({ id }) => id))),
      notices: [...new Set([...folders.flatMap(({ manifest }) => manifest.warnings), ...notices, ...doubts])],
    };
  });
}

/** Adds a group's rows, or the runs whose curves they are; says what was decided. */
async function addGroup(
  connection: DuckDBConnection,
  group: Group,
  { columns = {}, checkpoints = false }: ReadOptions,
  severalFiles: boolean,
  collected: Collector<number | string>,
): Promise<string[]> {
  const { uses } = group.plan;
  const source = group.files.length === 1 ? group.files[0]! : `${group.files[0]} and ${group.files.length - 1} more`;
  const label = (position: unknown) => rowLabel(group, position, severalFiles);
  const verdict = await judgeGroup(connection, group);
  const areCurves = "progress" in verdict && !(namesKind(uses, columns) && uses.step === undefined);
  if (areCurves && !checkpoints) {
    const { runs, counts } = await readCurves(connection, group, verdict.progress, source);
    for (const { position, run } of runs) collected.add(label(position), toRunRecord(run, uses), true);
    return curveNotices(source, uses, verdict.progress, counts);
  }
  const condition = areCurves ? "loss IS NOT NULL AND lower(trim(CAST(loss AS VARCHAR))) NOT IN ('', 'nan')" : "true";
  const [[count] = []] = await rowsOf(connection, `SELECT count(*) FROM ${group.view} WHERE ${condition}`);
  const rows = Number(count);
  checkNumber(source, rows, "rows");
  for await (const { position, cells } of cellsOfGroup(connection, group, condition)) {
    const row = label(position);
    const parsed = areCurves ? asCheckpoint(cells, row, uses) : toRecord(cells, uses, String(row));
    collected.add(row, parsed, group.types.has("id"));
  }
  return areCurves
    ? checkpointNotices(source, uses, group.rows, group.rows - rows)
    : sharedNameNotice(source, uses, verdict);
}

/** A study's records have fixed columns, and the study says what is in them: nothing to choose, nothing to mix in. */
function checkStudyAlone(path: string, paths: readonly string[], options: ReadOptions): void {
  const option =
    options.where !== undefined
      ? "--where"
      : options.columns !== undefined
        ? "--columns"
        : options.checkpoints
          ? "--checkpoints"
          : undefined;
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
  const { folder } = opened;
  const { records, convention, dropped, parts, choices } = await studyObservations(opened, await readStudyRuns(opened));
  if (records.length === 0 && parts.every(({ rows }) => rows.length === 0)) {
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
    columns: [],
    notices: [],
    imported: [],
    warnings: [],
    study: { parts, choices },
  };
}

function nothingLeft(
  paths: readonly string[],
  dropped: readonly DroppedRow[],
  where: string | undefined,
): IsoflopError {
  const [first] = dropped;
  const why =
    first === undefined
      ? where === undefined
        ? "it has no rows"
        : `no row satisfies ${where}`
      : `all ${dropped.length} rows are unusable (row ${first.row}: ${first.reason})`;
  return new IsoflopError({
    code: "no-observations",
    message: `${paths.join(", ")} gives nothing to fit: ${why}.`,
    hint: "Check the columns (--columns N=…,D=…,loss=…) and the filter (--where).",
    rows: dropped.flatMap(({ row, reason }) => (typeof row === "number" ? [{ row, reason }] : [])),
  });
}
