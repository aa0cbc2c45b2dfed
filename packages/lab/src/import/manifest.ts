import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CountingConvention, IsoflopError } from "@isoflop/laws";
import { systemCode, writeFailure } from "@isoflop/trainer/contract";
import { writeWhole } from "../runs/folder.js";
import type { Settled } from "./settle/settle.js";
import type { StoredSizes } from "./store.js";

/** import.json makes a folder an imported one. */
export const MANIFEST = "import.json";
export const RECORDS = "records.jsonl";
const FORMAT = 1;

/** One run that was imported, with what was decided about it. */
export interface ManifestEntry extends Omit<Settled, "curve"> {
  readonly id: string;
  readonly kind: string;
  readonly path: string;
  readonly name: string;
  readonly state?: string;
  readonly tags?: readonly string[];
  readonly fingerprint: string;
  /** Of the options under which it was decided. */
  readonly settings: string;
  /** All that were logged, of all series. */
  readonly points: number;
  /** Of its files in this folder. */
  readonly stored: StoredSizes;
  /** What was odd in reading its files. */
  readonly notices: readonly string[];
  /** Why its record is not among the others, though it has one: decided anew with every import. */
  readonly apart?: string;
}

export interface Manifest {
  readonly format: typeof FORMAT;
  readonly loss: string;
  readonly counting: string;
  readonly convention: CountingConvention;
  /** What concerns several runs together. */
  readonly warnings: readonly string[];
  readonly runs: readonly ManifestEntry[];
}

/** The manifest of a folder; undefined where there is none. Errors: import-folder. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, MANIFEST), "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
  try {
    const manifest: Manifest = JSON.parse(text);
    if (manifest.format === FORMAT && Array.isArray(manifest.runs)) return manifest;
  } catch {
    // Said below.
  }
  throw new IsoflopError({
    code: "import-folder",
    message: `${join(folder, MANIFEST)} is of another version of isoflop, or damaged.`,
    hint: "Import into another folder.",
  });
}

/** Refuses a folder that holds something else. Errors: import-folder. */
export async function checkFolder(folder: string): Promise<void> {
  const names: string[] = await readdir(folder).catch((error: unknown): string[] => {
    if (systemCode(error) === "ENOENT") return [];
    throw writeFailure(error, folder);
  });
  if (names.includes(MANIFEST) || names.every((name) => name.startsWith(".") || name === "runs")) return;
  throw new IsoflopError({
    code: "import-folder",
    message: `${folder} holds something else (${names.slice(0, 3).join(", ")}).`,
    hint: "Import into a new folder, or into one that `isoflop import` has made.",
  });
}

/** Writes the manifest and the table of records that follows from it: the table first, each whole. */
export async function writeManifest(folder: string, manifest: Omit<Manifest, "format">): Promise<void> {
  const lines = manifest.runs.flatMap((entry) =>
    "record" in entry.outcome && entry.apart === undefined
      ? [`${JSON.stringify(rowOf(entry, manifest.convention))}\n`]
      : [],
  );
  await writeWhole(join(folder, RECORDS), lines.join(""));
  await writeWhole(join(folder, MANIFEST), `${JSON.stringify({ format: FORMAT, ...manifest }, undefined, 1)}\n`);
}

/** A row of records.jsonl, with names that `isoflop fit` knows. */
function rowOf(entry: ManifestEntry, { parameters, flops }: CountingConvention) {
  if (!("record" in entry.outcome)) return undefined;
  const { record: r } = entry.outcome;
  const loss = r.lossUnit === undefined ? "loss" : `loss_${r.lossUnit.replaceAll(" ", "_")}`;
  return {
    run: entry.id,
    N: r.parameters,
    D: r.tokens,
    C: r.flops,
    [loss]: r.loss,
    ...(r.budget === undefined ? {} : { budget: r.budget }),
    ...(r.seed === undefined ? {} : { seed: r.seed }),
    ...(r.uniqueTokens === undefined ? {} : { unique_tokens: r.uniqueTokens }),
    label: entry.name,
    path: entry.path,
    kind: entry.kind,
    state: entry.state ?? null,
    tags: entry.tags ?? [],
    counting: `${parameters === r.counted ? parameters : r.counted}, ${flops}`,
    origin: r.origin,
    warnings: entry.warnings,
  };
}
