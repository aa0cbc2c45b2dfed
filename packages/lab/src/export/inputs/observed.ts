import { basename } from "node:path";
import type { CountingConvention } from "@isoflop/laws";
import { importedFolders } from "../../read/imported.js";
import type { Observations } from "../../read/observations.js";
import type { ReportModel } from "../../report/model.js";
import { type Fits, fitOfLaw } from "../../steps/fits.js";
import { figuresOf } from "../../steps/reporting/figures.js";
import type { ExportDropped, ExportInput, ExportRecord } from "../input.js";
import { describedRecords, droppedRuns, importedRuns } from "./imported.js";
import { namedFits, skippedFits } from "./named.js";

export function titleOf([first = "runs", ...rest]: readonly string[]): string {
  return rest.length === 0 ? basename(first) : `${basename(first)} and ${rest.length} more`;
}

export const droppedRows = (dropped: Observations["dropped"]): ExportDropped[] =>
  dropped.map(({ row, reason }) => ({ id: typeof row === "number" ? `row ${row}` : row, reason }));

/** The report's figures of runs that belong to no study. */
function figuresOfRecords(
  records: readonly ExportRecord[],
  convention: CountingConvention,
  { fits }: Fits,
): ReportModel["figures"] {
  return figuresOf({
    fits,
    profiles: fitOfLaw(fits, "isoflop-power-law")?.profiles ?? [],
    records,
    holdouts: [],
    names: new Map(records.map(({ id, label }) => [id, label ?? id])),
    roles: new Map(),
    forecast: undefined,
    flopsPerToken: convention.flops === "6N" ? undefined : flopsPerToken(records),
  });
}

/** FLOPs per token by N, as the records have them. */
function flopsPerToken(records: readonly ExportRecord[]) {
  const bySize = new Map(records.map(({ parameters, flops, tokens }) => [parameters, flops / tokens]));
  return [...bySize].map(([parameters, flops]) => ({ parameters, flops })).sort((a, b) => a.parameters - b.parameters);
}

/** Imported folders and files of runs, with the fits that were made of them. */
export async function observedInput(
  paths: readonly string[],
  observations: Observations,
  fits: Fits,
): Promise<ExportInput> {
  const folders = await importedFolders(paths);
  const unit = observations.lossUnit === undefined ? {} : { lossUnit: observations.lossUnit };
  const records = describedRecords(observations.records, folders).map((record) => ({ ...unit, ...record }));
  return {
    from: folders.length > 0 ? "imported" : "files",
    title: titleOf(paths),
    sources: paths,
    convention: observations.convention,
    records,
    heldOut: [],
    dropped: [...droppedRows(observations.dropped), ...droppedRuns(folders)],
    fits: namedFits(fits),
    skipped: skippedFits(fits),
    notices: observations.notices,
    hasRuns: folders.some(({ manifest }) => manifest.runs.length > 0),
    runs: () => importedRuns(folders, records),
    figures: async () => ({
      generatedAt: new Date().toISOString(),
      figures: figuresOfRecords(records, observations.convention, fits),
    }),
  };
}
