import { createHash } from "node:crypto";
import { join } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import {
  type ApproachFit,
  type ApproachFits,
  type ApproachName,
  approachesFor,
  DEFAULT_FITS,
  type FitChoices,
  fitObservations,
} from "@isoflop/laws/procedures";
import { readIfThere, writeJson } from "../runs/folder.js";
import { canonicalJson } from "../study/identity.js";
import { packageVersion } from "../study/versions.js";
import { fitParts, type PartFits } from "./partLaws.js";
import type { StudyObservations } from "./studyObservations.js";

/** The fits of a study. */
export interface Fits extends ApproachFits {
  /** Laws of a design's parts; absent where it has none. */
  readonly parts?: PartFits;
}

/** The fields of the public contract, without the bootstrap's draws and what figures need; enough to plan by. */
export function withoutDraws(fit: ApproachFit) {
  const { approach, law, parameters, standardErrors, intervals95, exponents, objective, diagnostics, warnings } = fit;
  return {
    approach,
    law,
    parameters,
    standardErrors,
    intervals95,
    ...(exponents === undefined ? {} : { exponents }),
    objective,
    diagnostics,
    warnings,
    ...("compute" in fit ? { compute: fit.compute } : {}),
    ...(fit.law === "chinchilla" ? { setting: fit.setting, basins: fit.basins } : {}),
    ...(fit.law === "chinchilla" && fit.profile95 !== undefined ? { profile95: fit.profile95 } : {}),
    ...(fit.law === "data-constrained" ? { form: fit.form, base: fit.base, basins: fit.basins } : {}),
  };
}

/** Raise it when a procedure gives other numbers for the same runs: kept fits are then made anew. */
const PROCEDURES = 4;

/** What a study's fits are made of, and by which choices. */
function studyAsks({ records, convention, parts, choices: own }: StudyObservations) {
  const choices: FitChoices = { ...DEFAULT_FITS, approaches: approachesFor(records), ...own };
  const asked = parts.length === 0 ? {} : { parts };
  const key = createHash("sha256")
    .update(
      canonicalJson({ version: packageVersion(), procedures: PROCEDURES, records, convention, choices, ...asked }),
    )
    .digest("hex");
  return { choices, key };
}

/** The fits of a study: those kept in fits/ where they are of these records, else made, and not kept. */
export async function studyFits(fitsFolder: string, observations: StudyObservations): Promise<Fits> {
  const { choices, key } = studyAsks(observations);
  return (await readKept(indexOf(fitsFolder), key)) ?? makeFits(observations, choices);
}

const indexOf = (fitsFolder: string): string => join(fitsFolder, "all.json");

function makeFits({ records, convention, parts }: StudyObservations, choices: FitChoices): Fits {
  return {
    ...fitObservations(records, convention, choices),
    ...(parts.length > 0 && { parts: fitParts(parts, choices) }),
  };
}

/**
 * The fits of a study, kept in fits/: computed again only when the records, the choices or the program have changed.
 * fits/all.json says what they were made of; fits/<law>.json is each fit whole, for `isoflop plan --law`.
 */
export async function fitStudy(fitsFolder: string, observations: StudyObservations): Promise<Fits> {
  const { choices, key } = studyAsks(observations);
  const index = indexOf(fitsFolder);
  const kept = await readKept(index, key);
  if (kept !== undefined) return kept;
  const made = makeFits(observations, choices);
  for (const fit of made.fits) await writeJson(join(fitsFolder, `${fit.law}.json`), fit);
  for (const { name, fit } of made.parts?.fits ?? []) await writeJson(join(fitsFolder, `${name}.json`), fit);
  // Last: it vouches for the others.
  const plain = <T extends { readonly error: IsoflopError }>({ error: { code, message, hint }, ...rest }: T) => ({
    ...rest,
    code,
    message,
    hint,
  });
  await writeJson(index, {
    key,
    fits: made.fits,
    skipped: made.skipped.map(plain),
    ...(made.parts && { parts: { fits: made.parts.fits, skipped: made.parts.skipped.map(plain) } }),
  });
  return made;
}

interface KeptError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

interface KeptFits {
  readonly key: string;
  readonly fits: readonly ApproachFit[];
  readonly skipped: readonly (KeptError & { readonly approach: ApproachName })[];
  readonly parts?: {
    readonly fits: PartFits["fits"];
    readonly skipped: readonly (KeptError & { readonly law: string; readonly about: string })[];
  };
}

async function readKept(index: string, key: string): Promise<Fits | undefined> {
  try {
    const kept = JSON.parse((await readIfThere(index)) ?? "null") as KeptFits | null;
    if (kept?.key !== key) return undefined;
    const { fits, skipped, parts } = kept;
    return {
      fits,
      skipped: skipped.map(({ approach, ...error }) => ({ approach, error: new IsoflopError(error) })),
      ...(parts && {
        parts: {
          fits: parts.fits,
          skipped: parts.skipped.map(({ law, about, ...error }) => ({ law, about, error: new IsoflopError(error) })),
        },
      }),
    };
  } catch {
    return undefined;
  }
}
