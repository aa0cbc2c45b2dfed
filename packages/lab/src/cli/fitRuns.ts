import { type ApproachName, type FitChoices, fitObservations } from "@isoflop/laws/procedures";
import type { Observations } from "../read/observations.js";
import type { Fits } from "../steps/fits.js";
import { fitChoices } from "./fitChoices.js";
import { type ApproachFlags, parametricConstraints } from "./fitFlags.js";
import { observationsOf } from "./observationFlags.js";

/** What was read, how it was to be fitted, and the fits. */
export interface FittedRuns {
  readonly observations: Observations;
  readonly choices: FitChoices;
  readonly fits: Fits;
}

/**
 * Reads the sources and fits the approaches to them, as the flags say; all that the records are for, unless some are named.
 * Errors: those of observationsOf, parametricConstraints and fitChoices. What cannot be fitted is in `fits.skipped`.
 */
export async function fitRuns(
  sources: readonly string[],
  flags: ApproachFlags,
  approaches?: readonly ApproachName[],
): Promise<FittedRuns> {
  // What the flags say wrongly is told before a long file is read.
  parametricConstraints(flags);
  const observations = await observationsOf(sources, flags);
  const choices = await fitChoices(flags, observations, approaches);
  return { observations, choices, fits: fitObservations(observations.records, observations.convention, choices) };
}
