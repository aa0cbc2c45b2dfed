import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  type AllocationFit,
  type BootstrapOver,
  type CountingConvention,
  createRandom,
  type DataConstrainedFit,
  type DataConstrainedOptions,
  fitDataConstrained,
  fitEnvelope,
  fitIsoflop,
  fitKaplan,
  fitParametric,
  IsoflopError,
  isIsoflopError,
  type KaplanComputeFit,
  orThrow,
  type ParametricOptions,
  type ProfileCurve,
  type RunRecord,
  type SeedNoise,
} from "@isoflop/laws";
import { readIfThere, writeJson } from "../runs/folder.js";
import { canonicalJson } from "../study/identity.js";
import { packageVersion } from "../study/versions.js";
import { fitParts, type PartFits } from "./partLaws.js";
import type { StudyObservations } from "./studyObservations.js";

export const ALL_APPROACHES = ["1", "2", "3", "kaplan"] as const;
export type ApproachName = (typeof ALL_APPROACHES)[number] | "data-constrained";

/** All that these records are made for: the data-constrained law where some run repeats data. */
export function approachesFor(records: readonly RunRecord[]): readonly ApproachName[] {
  return records.some(repeatsTokens) ? [...ALL_APPROACHES, "data-constrained"] : ALL_APPROACHES;
}

/** The records that laws of fresh tokens are for. */
export function freshRecords(records: readonly RunRecord[], freshOnly = false): readonly RunRecord[] {
  return freshOnly ? records.filter((record) => !repeatsTokens(record)) : records;
}

/** The records that isoFLOP profiles are read from, where a study lists runs beside its profiles. */
export function profileRecords(records: readonly RunRecord[], profilesOnly = false): readonly RunRecord[] {
  const own = profilesOnly ? records.filter(({ budget }) => budget !== undefined) : [];
  return own.length === 0 ? records : own;
}

function repeatsTokens({ tokens, uniqueTokens }: RunRecord): boolean {
  return (uniqueTokens ?? tokens) < tokens * (1 - 1e-9);
}

export interface FitChoices {
  readonly approaches: readonly ApproachName[];
  /** Approach 3's loss of ln-loss residuals. */
  readonly loss: "huber" | "lad" | "mse";
  /** Huber's delta. */
  readonly delta: number;
  /** Approach 2's curve through the losses of a budget. */
  readonly curve: ProfileCurve;
  /** What a resample draws anew; by the runs when absent. */
  readonly over?: BootstrapOver;
  /** Noise from seed to seed; estimated from replicates when absent. */
  readonly noise?: SeedNoise;
  /** Bootstrap resamples. */
  readonly resamples: number;
  readonly seed: number;
  /** Laws of fresh tokens see only the runs that repeat none. */
  readonly freshOnly?: boolean;
  /** Approach 2 and the backtest over budgets see only the runs that have a budget. */
  readonly profilesOnly?: boolean;
  /** Of Approach 3 alone. */
  readonly parametric?: Pick<ParametricOptions, "fixed" | "tied" | "starts" | "profile">;
  /** Of the data-constrained fit alone. */
  readonly dataConstrained?: Pick<DataConstrainedOptions, "base" | "baseName" | "joint" | "decaying" | "form" | "near">;
}

/** Which of its records a study's laws see. */
export type RecordChoices = Pick<FitChoices, "freshOnly" | "profilesOnly">;

export const DEFAULT_FITS: FitChoices = {
  approaches: ALL_APPROACHES,
  loss: "huber",
  delta: 1e-3,
  curve: "parabola",
  resamples: 1000,
  seed: 0,
};

/** Any fit that this program makes. Plain data: it survives JSON. */
export type StudyFit = AllocationFit | KaplanComputeFit | DataConstrainedFit;

export interface Fits {
  readonly fits: readonly StudyFit[];
  /** Approaches that these records cannot support, with the reason. */
  readonly skipped: readonly { readonly approach: ApproachName; readonly error: IsoflopError }[];
  /** Laws of a design's parts; absent where it has none. */
  readonly parts?: PartFits;
}

/** All chosen fits. Each has a random stream of its own, so that none depends on which others were asked for. */
export function fitObservations(
  records: readonly RunRecord[],
  convention: CountingConvention,
  choices: FitChoices,
): Fits {
  const fits: StudyFit[] = [];
  const skipped: { approach: ApproachName; error: IsoflopError }[] = [];
  for (const approach of choices.approaches) {
    try {
      const own = approach === "data-constrained" ? records : freshRecords(records, choices.freshOnly);
      fits.push(...fitOne(approach, own, convention, choices));
    } catch (error) {
      if (!isIsoflopError(error)) throw error;
      skipped.push({ approach, error });
    }
  }
  return { fits, skipped };
}

export function fitOne(
  approach: ApproachName,
  records: readonly RunRecord[],
  convention: CountingConvention,
  choices: FitChoices,
): readonly StudyFit[] {
  const options = {
    convention,
    resamples: choices.resamples,
    random: createRandom(choices.seed),
    ...(choices.over === undefined ? {} : { over: choices.over }),
    ...(choices.noise === undefined ? {} : { noise: choices.noise }),
  };
  if (approach === "1") return [orThrow(fitEnvelope(records, options))];
  if (approach === "2") {
    const own = profileRecords(records, choices.profilesOnly);
    return [orThrow(fitIsoflop(own, { ...options, curve: choices.curve }))];
  }
  if (approach === "3") {
    const { loss, delta, parametric } = choices;
    return [orThrow(fitParametric(records, { ...options, loss, delta, ...parametric }))];
  }
  if (approach === "data-constrained") {
    const { loss, delta, dataConstrained } = choices;
    return [orThrow(fitDataConstrained(records, { ...options, loss, delta, ...dataConstrained }))];
  }
  return orThrow(fitKaplan(records, options));
}

/** The fields of the public contract, without the bootstrap's draws and what figures need; enough to plan by. */
export function withoutDraws(fit: StudyFit) {
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
  readonly fits: readonly StudyFit[];
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

/** The fit of one law among several, where it could be made. */
export function fitOfLaw<Law extends StudyFit["law"]>(
  fits: readonly StudyFit[],
  law: Law,
): Extract<StudyFit, { readonly law: Law }> | undefined {
  return fits.find((fit): fit is Extract<StudyFit, { readonly law: Law }> => fit.law === law);
}
