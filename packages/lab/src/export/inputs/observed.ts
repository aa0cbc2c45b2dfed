import { basename, resolve } from "node:path";
import type { FitChoices } from "@isoflop/laws/procedures";
import type { Observations } from "../../read/observations.js";
import type { ReportModel } from "../../report/model.js";
import type { Fits } from "../../steps/fits.js";
import { reportOfRuns } from "../../steps/reporting/runsReport.js";
import { shellPath } from "../../study/shellPath.js";
import type { ExportDropped, ExportInput } from "../input.js";
import { describedRecords, droppedRuns, importedRuns } from "./imported.js";
import { namedFits, skippedFits } from "./named.js";

export function titleOf([first = ".", ...rest]: readonly string[]): string {
  const name = basename(resolve(first));
  return rest.length === 0 ? name : `${name} and ${rest.length} more`;
}

export const droppedRows = (dropped: Observations["dropped"]): ExportDropped[] =>
  dropped.map(({ row, reason }) => ({ id: typeof row === "number" ? `row ${row}` : row, reason }));

/** Imported folders and files of runs, with the fits that were made of them. */
export function observedInput(
  paths: readonly string[],
  observations: Observations,
  fits: Fits,
  choices: FitChoices,
): ExportInput {
  const folders = observations.imported;
  const unit = observations.lossUnit === undefined ? {} : { lossUnit: observations.lossUnit };
  const records = describedRecords(observations.records, folders).map((record) => ({ ...unit, ...record }));
  // Made once: figures and the model card both ask for it.
  let made: Promise<ReportModel> | undefined;
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
    notices: [...observations.warnings.map(({ message }) => message), ...observations.notices],
    hasRuns: folders.some(({ manifest }) => manifest.runs.length > 0),
    runs: () => importedRuns(folders, records),
    report: () => {
      const command = `isoflop export ${paths.map(shellPath).join(" ")}`;
      made ??= reportOfRuns(observations, fits, choices, { sources: paths, command });
      return made;
    },
  };
}
