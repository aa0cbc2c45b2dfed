import { statSync } from "node:fs";
import { basename, extname } from "node:path";
import { fingerprintOf } from "../fingerprint.js";
import { numberOf as wordOrNumber } from "../metricFiles.js";
import type { ImportSource, TrackedPoint, TrackedRun } from "../source.js";
import { type ChartRun, chartRuns } from "./chart.js";
import { exportColumns, exportError, exportRows, hasExportEnding, isExport, type Row } from "./exportRows.js";
import { scalarOf } from "./json.js";
import { pointsOfRow } from "./row.js";

/**
 * What one takes out of W&B by hand: the CSV of a chart (a run of it is "chart.csv#<run>"), and histories as CSV, JSON,
 * JSONL or Parquet (wandb-history.parquet). They have no settings: N, D and the like must be in their columns or names.
 */
export const wandbExport: ImportSource = {
  name: "wandb-export",
  mayBe: ({ path, names }) => names === undefined && hasExportEnding(path),
  recognises: async (path) => {
    const { file } = splitPath(path);
    return statSync(file).isFile() && isExport(file);
  },
  runs: async (path) => {
    const { file, run } = splitPath(path);
    const runs = chartRuns((await exportColumns(file)) ?? []);
    return run !== undefined || runs === undefined ? [path] : runs.map((held) => `${file}#${held.run}`);
  },
  open: openExport,
  fingerprint: async (path) => fingerprintOf([splitPath(path).file]),
};

async function openExport(path: string): Promise<TrackedRun> {
  const { file, run } = splitPath(path);
  const runs = chartRuns((await exportColumns(file)) ?? []);
  if (runs === undefined) {
    const name = basename(file, extname(file));
    return { id: name, name, source: path, config: {}, summary: {}, series: () => historyPoints(file) };
  }
  const held =
    runs.find((candidate) => candidate.run === run) ?? (run === undefined && runs.length === 1 ? runs[0] : undefined);
  if (held === undefined) {
    throw exportError(
      `${file} has no run ${JSON.stringify(run ?? "")}, but ${runs.map((candidate) => candidate.run).join(", ")}.`,
      "Name one as chart.csv#<run>.",
    );
  }
  const { step } = held;
  if (step === undefined) {
    throw exportError(
      `${file} does not say at which step a point is.`,
      "Set the chart's x axis to Step, and export it anew.",
    );
  }
  const told = { means: 0 };
  return {
    id: held.run,
    name: held.run,
    source: path,
    config: {},
    summary: {},
    series: () => chartPoints(file, held, step, told),
    notices: () => [
      `${file} is a chart's table: W&B samples long series for it.`,
      ...(told.means > 0
        ? [
            `${file}: ${told.means.toString()} points of ${held.run} are means over several steps, and no values of one.`,
          ]
        : []),
    ],
  };
}

async function* chartPoints(
  file: string,
  { metrics }: ChartRun,
  stepColumn: string,
  told: { means: number },
): AsyncGenerator<TrackedPoint> {
  told.means = 0;
  let number = 0;
  for await (const row of exportRows(file)) {
    number++;
    for (const { column, key } of metrics) {
      const value = cell(row, column, file, number);
      if (value === undefined) continue;
      const step = cell(row, stepColumn, file, number);
      if (step === undefined || !Number.isFinite(step))
        throw exportError(`${file}: row ${number.toString()} has no step.`, "Export the chart anew.");
      if (row[`${column}__MIN`] !== row[`${column}__MAX`]) told.means++;
      yield { key, step, value };
    }
  }
}

async function* historyPoints(file: string): AsyncGenerator<TrackedPoint> {
  let number = 0;
  const isText = extname(file).toLowerCase() === ".csv";
  for await (const row of exportRows(file)) {
    number++;
    const values = isText ? Object.fromEntries(Object.keys(row).map((column) => [column, numberOf(row[column])])) : row;
    const step = scalarOf(values._step);
    if (step === undefined || !Number.isFinite(step)) {
      throw exportError(
        `${file}: row ${number.toString()} has no _step.`,
        "Export the whole history, with its column _step.",
      );
    }
    yield* pointsOfRow(values, step);
  }
}

/** A cell that must be a number or empty. */
function cell(row: Row, column: string, file: string, number: number): number | undefined {
  const text = row[column];
  if (text === null || text === undefined || text === "") return undefined;
  const value = numberOf(text);
  if (value !== undefined) return value;
  throw exportError(
    `${file}: row ${number.toString()} has no number in ${JSON.stringify(column)}.`,
    "Export the chart anew.",
  );
}

/** A number as CSV has it, nan and inf too. */
function numberOf(text: unknown): number | undefined {
  if (typeof text !== "string" || text.trim() === "") return undefined;
  return wordOrNumber(text) ?? (Number.isNaN(Number(text)) ? undefined : Number(text));
}

/** A run's name behind the "#" of a chart, if there is no file with that name. */
function splitPath(path: string): { file: string; run?: string } {
  const at = path.toLowerCase().indexOf(".csv#");
  if (at < 0 || statSync(path, { throwIfNoEntry: false }) !== undefined) return { file: path };
  return { file: path.slice(0, at + 4), run: path.slice(at + 5) };
}
