import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import { systemCode } from "@isoflop/trainer/contract";
import { figureFiles } from "../report/figureFiles.js";
import type { ReportModel } from "../report/model.js";
import { renderReport } from "../report/renderReport.js";
import { writeWhole } from "../runs/folder.js";
import type { StudyFolder } from "../study/folder.js";
import { reportOfStudy } from "./reporting/studyReport.js";

/** What makes a page one of ours: renderReport writes it near the top. */
const GENERATOR = '<meta name="generator" content="isoflop">';

/** Where a report goes. */
export interface ReportPlace {
  readonly page: string;
  /** Each figure as an SVG file too, where the folder is isoflop's own. */
  readonly figures?: string;
}

/** A folder that isoflop keeps (a study, imported runs): report.html, and each figure as figures/<name>.svg. */
export const reportIn = (folder: string): ReportPlace => ({
  page: join(folder, "report.html"),
  figures: join(folder, "figures"),
});

/** Writes report.html and its figures from what is on disk; works on a half-trained study too. Returns the report's path. */
export async function writeReport(study: StudyFolder, command: string): Promise<string> {
  return writeReportTo(reportIn(study.folder), await reportOfStudy(study, command));
}

/** Writes a report; what is there is replaced if it is an earlier one. Errors: report-in-the-way; returns the page's path. */
export async function writeReportTo({ page, figures }: ReportPlace, model: ReportModel): Promise<string> {
  await refuseOthers(page);
  if (figures !== undefined) {
    for (const [name, svg] of figureFiles(model)) await writeWhole(join(figures, `${name}.svg`), svg);
  }
  await writeWhole(page, renderReport(model));
  return page;
}

/** Refuses to replace a file that is no report. Errors: report-in-the-way. */
export async function refuseOthers(page: string): Promise<void> {
  const start = await startOf(page);
  if (start === undefined || start.includes(GENERATOR)) return;
  throw new IsoflopError({
    code: "report-in-the-way",
    message: `${page} is there, and is no report of isoflop.`,
    hint: `Give another file: --to ${join(dirname(page), "isoflop-report.html")}`,
  });
}

/** The first bytes of a file; undefined where there is none, "" of what is no file. */
async function startOf(path: string): Promise<string | undefined> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(1024), position: 0 });
      return buffer.subarray(0, bytesRead).toString("utf8");
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    if (systemCode(error) === "EISDIR") return "";
    throw error;
  }
}
