import { basename } from "node:path";
import { importedFolders } from "../../read/imported.js";
import type { Observations } from "../../read/observations.js";
import type { Fits } from "../../steps/fits.js";
import type { ExportInput } from "../input.js";
import { describedRecords, droppedRuns, importedRuns } from "./imported.js";
import { namedFits, skippedFits } from "./named.js";

/** Imported folders and files of runs, with the fits that were made of them. */
export async function observedInput(
  paths: readonly string[],
  observations: Observations,
  fits: Fits,
): Promise<ExportInput> {
  const folders = await importedFolders(paths);
  const records = describedRecords(observations.records, folders);
  const [first = "runs"] = paths;
  return {
    from: folders.length > 0 ? "imported" : "files",
    title: paths.length === 1 ? basename(first) : `${basename(first)} and ${paths.length - 1} more`,
    sources: paths,
    convention: observations.convention,
    records,
    heldOut: [],
    dropped: [
      ...observations.dropped.map(({ row, reason }) => ({ id: typeof row === "number" ? `row ${row}` : row, reason })),
      ...droppedRuns(folders),
    ],
    fits: namedFits(fits),
    skipped: skippedFits(fits),
    notices: observations.notices,
    hasRuns: folders.some(({ manifest }) => manifest.runs.length > 0),
    runs: () => importedRuns(folders, records),
  };
}
