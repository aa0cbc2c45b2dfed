import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type CountingConvention, type CurvePoint, type FitWarning, IsoflopError, type RunRecord } from "@isoflop/laws";
import { pointsPerCurve, thinCurve } from "@isoflop/laws/observations";
import { importSentences, warnBy } from "@isoflop/laws/statements";
import { type Manifest, RECORDS, readManifest } from "../import/manifest.js";
import { CONVENTION } from "../import/settle/counting.js";
import { runFolder } from "../import/store.js";
import { unfinishedWarning } from "../import/unfinished.js";
import { READ_AT_ONCE } from "../runs/records.js";

/** A folder that `isoflop import` made. */
export interface ImportedFolder {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** The imported folders among the paths. Errors: import-folder. */
export async function importedFolders(paths: readonly string[]): Promise<ImportedFolder[]> {
  const found = await Promise.all(paths.map(async (folder) => ({ folder, manifest: await readManifest(folder) })));
  return found.flatMap(({ folder, manifest }) => (manifest === undefined ? [] : [{ folder, manifest }]));
}

/** The imported folders whose tables are among the files, however they were named: by the folder, the file or a glob. */
export function importedBehind(files: readonly string[]): Promise<ImportedFolder[]> {
  return importedFolders([...new Set(files.filter((file) => basename(file) === RECORDS).map((file) => dirname(file)))]);
}

/**
 * What must be known of imported runs before they are fitted together with each other and with the other tables.
 * @param ids of the runs that are taken
 */
export function importWarnings(
  folders: readonly ImportedFolder[],
  files: readonly string[],
  ids: ReadonlySet<string>,
): FitWarning[] {
  const runs = folders.flatMap(({ manifest }) => manifest.runs.filter(({ id }) => ids.has(id)));
  const [unfinished, [first]] = [unfinishedWarning(runs), folders];
  const own = new Set(folders.map(({ folder }) => importedTable(folder)));
  const others = files.filter((file) => !own.has(file));
  const mixed: FitWarning[] =
    first === undefined || others.length === 0
      ? []
      : [
          warnBy(importSentences)("mixed-convention/tables", {
            counting: first.manifest.counting,
            tables: others.slice(0, 3),
            more: Math.max(0, others.length - 3),
          }),
        ];
  return [...(unfinished === undefined ? [] : [unfinished]), ...mixed];
}

/** Refuses the table of an import that has dropped every run, with its reasons. Errors: no-observations. */
export async function refuseEmptyImport(file: string): Promise<void> {
  if (basename(file) !== RECORDS || (await stat(file).catch(() => undefined))?.size !== 0) return;
  const runs = (await readManifest(dirname(file)))?.runs;
  if (runs === undefined) return;
  const reasons = new Map<string, number>();
  for (const { outcome, apart } of runs) {
    const reason = "reason" in outcome ? outcome.reason : (apart ?? "");
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const [most] = [...reasons].sort(([, a], [, b]) => b - a);
  throw new IsoflopError({
    code: "no-observations",
    message:
      most === undefined
        ? `${dirname(file)} holds no run.`
        : `The import has dropped all of the ${runs.length} runs of ${dirname(file)}; ${most[1]} of them because: ${most[0]}`,
    hint: "`isoflop import` tells of every run why; name what it could not find by --columns or --mapping, and import again.",
  });
}

/** How all of them count. Errors: mixed-counting. */
export function sharedConvention(folders: readonly ImportedFolder[]): CountingConvention {
  const [first, ...rest] = folders;
  const other = rest.find(({ manifest: { counting } }) => counting !== first?.manifest.counting);
  if (first === undefined) return CONVENTION["6N"];
  if (other === undefined) {
    const counts = new Set(folders.map(({ manifest }) => manifest.convention.parameters));
    return counts.size === 1 ? first.manifest.convention : { ...first.manifest.convention, parameters: "given" };
  }
  throw new IsoflopError({
    code: "mixed-counting",
    message: `${first.folder} counts by ${first.manifest.counting}, ${other.folder} by ${other.manifest.counting}.`,
    hint: "Import one of them again with the other's --counting.",
  });
}

/** The table of a folder's records. */
export const importedTable = (folder: string): string => join(folder, RECORDS);

/** The records with the curves that were imported beside them. */
export async function withCurves(
  records: readonly RunRecord[],
  folders: readonly ImportedFolder[],
): Promise<RunRecord[]> {
  const homes = new Map(
    folders.flatMap(({ folder, manifest }) => manifest.runs.map(({ id }) => [id, folder] as const)),
  );
  const most = pointsPerCurve(records.length);
  if (most === 0) return [...records];
  const found: RunRecord[] = [];
  for (let i = 0; i < records.length; i += READ_AT_ONCE) {
    found.push(
      ...(await Promise.all(
        records.slice(i, i + READ_AT_ONCE).map(async (record) => {
          const home = homes.get(record.id);
          const curve = home === undefined ? [] : await readCurve(home, record, most);
          return curve.length > 1 ? { ...record, curve } : record;
        }),
      )),
    );
  }
  return found;
}

async function readCurve(folder: string, { id, tokens, flops }: RunRecord, most: number): Promise<CurvePoint[]> {
  const text = await readFile(join(runFolder(folder, id), "curve.jsonl"), "utf8").catch(() => "");
  const points = text.split("\n").flatMap((line) => {
    if (line === "") return [];
    const { tokens: progress, loss } = pointOf(line, folder, id);
    return [{ progress, loss }];
  });
  return thinCurve(points, most).map(({ progress, loss }) => ({
    tokens: progress,
    flops: (flops * progress) / tokens,
    loss,
  }));
}

/** Errors: import-folder, where the file was torn when the machine went down. */
function pointOf(line: string, folder: string, id: string): CurvePoint {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new IsoflopError({
      code: "import-folder",
      message: `${join(runFolder(folder, id), "curve.jsonl")} is damaged.`,
      hint: "Import the run again: `isoflop import` notices the torn file.",
      cause,
    });
  }
}
