import { fitLaw, type LawFit, lawNamed } from "../anyLaw.js";
import { createRandom, type FitWarning, type IsoflopError, isIsoflopError } from "../index.js";
import type { FittedRows } from "./fittedRows.js";
import type { ScannedRun } from "./scanRows.js";

/** A law by itself and the rows that a part of a study has for it. */
export interface PartRows {
  /** File name of the fit in fits/. */
  readonly name: string;
  readonly law: string;
  /** What it is fitted to, for a reader. */
  readonly about: string;
  readonly rows: FittedRows["rows"];
  /** Of a scan of batches, the runs that its rows are read off. */
  readonly scan?: readonly ScannedRun[];
  readonly warnings: readonly FitWarning[];
  /** Whether a resample of the rows says anything of the noise. */
  readonly resampled: boolean;
}

/** The law of a part through its rows, with the part's own warnings before those of the fit; or why there is none. */
export function fitPart(
  { law, rows, warnings, resampled }: PartRows,
  { resamples, seed }: { readonly resamples: number; readonly seed: number },
): LawFit | IsoflopError {
  const found = lawNamed(law);
  if (isIsoflopError(found)) return found;
  const fit = fitLaw(found, rows, { resamples: resampled ? resamples : 0, random: createRandom(seed) });
  return isIsoflopError(fit) ? fit : { ...fit, warnings: [...warnings, ...fit.warnings] };
}
