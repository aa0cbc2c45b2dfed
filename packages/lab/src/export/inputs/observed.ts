import { basename } from "node:path";
import type { FitChoices } from "@isoflop/laws/procedures";
import { importedFolders } from "../../read/imported.js";
import type { Observations } from "../../read/observations.js";
import type { ReportModel } from "../../report/model.js";
import type { Fits } from "../../steps/fits.js";
import { reportOfRuns } from "../../steps/reporting/runsReport.js";
import { shellPath } from "../../study/shellPath.js";
import type { ExportDropped, ExportInput } from "../input.js";
import { describedRecords, droppedRuns, importedRuns } from "./imported.js";
import { namedFits, skippedFits } from "./named.js";

export function titleOf([first = "runs", ...rest]: readonly string[]): string {
  return rest.length === 0 ? basename(first) : `${basename(first)} and ${rest.length} more`;
}

export const droppedRows = (dropped: Observations["dropped"]): ExportDropped[] =>
  dropped.map(({ row, reason }) => ({ id: typeof row === "number" ? `row ${row}` : row, reason }));

/** Imported folders and files of runs, with the fits that were made of them. */
export async function observedInput(
  paths: readonly string[],
  observations: Observations,
  fits: Fits,
  choices: FitChoices,
): Promise<ExportInput> {
  const folders = await importedFolders(paths);
  const unit = observations.lossUnit === undefined ? {} : { lossUnit: observations.lossUnit };
  const records = describedRecords(observations.records, folders).map((record) => ({ ...unit, ...record }));
  let made: Promise<ReportModel> | undefined;
  const report = (): Promise<ReportModel> => {
    made ??= reportOfRuns(observations, fits, choices, {
      sources: paths,
      command: `isoflop export ${paths.map(shellPath).join(" ")}`,
    });
    return made;
  };
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
    figures: report,
    report,
  };
}
