import { lawNamed, orThrow } from "@isoflop/laws";
import { type FitChoices, fitObservations } from "@isoflop/laws/procedures";
import type { ExportInput } from "../export/input.js";
import { lawInput } from "../export/inputs/law.js";
import { observedInput } from "../export/inputs/observed.js";
import { studyInput } from "../export/inputs/study.js";
import type { Observations } from "../read/observations.js";
import type { Fits } from "../steps/fits.js";
import { fitParts } from "../steps/partLaws.js";
import { isStudy, openStudy } from "../study/folder.js";
import { fitChoices, namedApproach } from "./fitChoices.js";
import { type FitChoiceFlags, parametricConstraints } from "./fitFlags.js";
import { fitOfLawFiles } from "./fitLaw.js";
import { observationsOf } from "./observationFlags.js";

/** Options of `isoflop fit` that make other fits of a study than its own. */
const REFITTING = [
  "approach",
  "bootstrap",
  "seed",
  "bootstrapOver",
  "noise",
  "profile",
  "loss",
  "delta",
  "fix",
  "tie",
  "starts",
  "curve",
  "base",
  "joint",
  "decaying",
  "decay",
  "near",
  // Refused of a study by observationsOf, with the reason.
  "columns",
  "where",
  "checkpoints",
] as const;

/**
 * What the sources hold, with fits as the flags say; a study with its own fits where they say nothing. Errors: those of
 * openStudy, observationsOf and fitChoices.
 */
export async function exportInputOf(
  sources: readonly string[],
  flags: FitChoiceFlags,
  chosen: (name: string) => boolean,
): Promise<ExportInput> {
  if (flags.law !== undefined) return lawInputOf(sources, flags.law, flags, chosen);
  parametricConstraints(flags);
  const [first = ""] = sources;
  const ofStudy = sources.length === 1 && (await isStudy(first));
  if (ofStudy && !REFITTING.some(chosen)) return studyInput(await openStudy(first), first);
  const observations = await observationsOf(sources, flags);
  const choices = await fitChoices(flags, observations, namedApproach(flags));
  const fits = fitsOf(flags, observations, choices);
  return ofStudy
    ? studyInput(await openStudy(first), first, fits)
    : observedInput(sources, observations, fits, choices);
}

/** One law of the library through the rows of files, as `isoflop fit --law` makes it. */
async function lawInputOf(
  sources: readonly string[],
  name: string,
  flags: FitChoiceFlags,
  chosen: (name: string) => boolean,
): Promise<ExportInput> {
  const law = orThrow(lawNamed(name));
  const { loss, ...others } = flags;
  const { observations, fit } = await fitOfLawFiles(sources, law, { ...others, ...(chosen("loss") ? { loss } : {}) });
  return lawInput(sources, observations, fit);
}

function fitsOf(flags: FitChoiceFlags, observations: Observations, choices: FitChoices): Fits {
  const fits = fitObservations(observations.records, observations.convention, choices);
  const parts = flags.approach === "all" ? (observations.study?.parts ?? []) : [];
  const [skipped] = fits.skipped;
  // What was asked for by name is not left out; all that there are may lack some.
  if (flags.approach !== "all" && skipped !== undefined) throw skipped.error;
  return { ...fits, ...(parts.length > 0 && { parts: fitParts(parts, choices) }) };
}
