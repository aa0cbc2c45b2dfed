import { resolve } from "node:path";
import { IsoflopError } from "@isoflop/laws/error";
import { packageVersion } from "../study/versions.js";
import type { ExportOptions, Written } from "./exporter.js";
import { chosenExporters } from "./exporters.js";
import { checkExportFolder, replaceExport } from "./exportFolder.js";
import type { ExportInput } from "./input.js";

/** What an export wrote. */
export interface Exported {
  readonly folder: string;
  readonly written: readonly (Written & { readonly what: string })[];
  /** What --what asked for, by name or by default, and this input has not. */
  readonly absent: readonly { readonly what: string; readonly reason: string }[];
}

export interface ExportRequest extends ExportOptions {
  readonly to: string;
  /** Absent: what an export has unless told otherwise. */
  readonly what?: readonly string[];
}

/** Refuses a request before anything is read or fitted. Errors: export-what, export-folder. */
export async function checkRequest({ to, what }: Pick<ExportRequest, "to" | "what">): Promise<void> {
  chosenExporters(what);
  await checkExportFolder(resolve(to));
}

/** Writes everything that was asked for, or nothing. Errors: those of checkRequest and of the exporters; export-nothing. */
export async function exportTo(input: ExportInput, request: ExportRequest): Promise<Exported> {
  const folder = resolve(request.to);
  const chosen = chosenExporters(request.what).map((exporter) => ({ exporter, reason: exporter.lacks(input) }));
  const absent = chosen.flatMap(({ exporter: { what }, reason }) => (reason === undefined ? [] : [{ what, reason }]));
  if (absent.length === chosen.length) {
    throw new IsoflopError({
      code: "export-nothing",
      message: `${input.title} has nothing to export: ${absent.map(({ what, reason }) => `${what}: ${reason}`).join("; ")}.`,
      hint: "Ask for something else with --what, or train or import runs first.",
    });
  }
  for (const { exporter, reason } of chosen) if (reason === undefined) await exporter.prepare?.(input);
  const written: (Written & { readonly what: string })[] = [];
  await replaceExport(folder, async (place) => {
    for (const { exporter, reason } of chosen) {
      if (reason !== undefined) continue;
      for (const one of await exporter.write(input, place, request)) written.push({ what: exporter.what, ...one });
    }
    return { isoflop: packageVersion(), title: input.title, sources: input.sources, written, absent };
  });
  return { folder, written, absent };
}
