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
  type IsoflopError,
  isIsoflopError,
  type KaplanComputeFit,
  orThrow,
  type ParametricOptions,
  type ProfileCurve,
  type RunRecord,
  type SeedNoise,
} from "../index.js";

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
export type ApproachFit = AllocationFit | KaplanComputeFit | DataConstrainedFit;

export interface ApproachFits {
  readonly fits: readonly ApproachFit[];
  /** Approaches that these records cannot support, with the reason. */
  readonly skipped: readonly { readonly approach: ApproachName; readonly error: IsoflopError }[];
}

/** All chosen fits. Each has a random stream of its own, so that none depends on which others were asked for. */
export function fitObservations(
  records: readonly RunRecord[],
  convention: CountingConvention,
  choices: FitChoices,
): ApproachFits {
  const fits: ApproachFit[] = [];
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
): readonly ApproachFit[] {
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

/** The fit of one law among several, where it could be made. */
export function fitOfLaw<Law extends ApproachFit["law"]>(
  fits: readonly ApproachFit[],
  law: Law,
): Extract<ApproachFit, { readonly law: Law }> | undefined {
  return fits.find((fit): fit is Extract<ApproachFit, { readonly law: Law }> => fit.law === law);
}
