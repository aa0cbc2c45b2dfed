import { type DataConstrainedOptions, IsoflopError } from "@isoflop/laws";
import { type ApproachName, approachesFor, type FitChoices, fitObservations } from "@isoflop/laws/procedures";
import type { Observations } from "../read/observations.js";
import type { Fits } from "../steps/fits.js";
import { type ApproachFlags, parametricConstraints } from "./fitFlags.js";
import { readLaw } from "./law.js";
import { observationsOf } from "./observationFlags.js";

/** What was read, how it was to be fitted, and the fits. */
export interface FittedRuns {
  readonly observations: Observations;
  readonly choices: FitChoices;
  readonly fits: Fits;
}

/**
 * Reads the sources and fits the approaches to them, as the flags say; all that the records are for, unless some are named.
 * Errors: those of observationsOf, parametricConstraints and readLaw; base-form. What cannot be fitted is in `fits.skipped`.
 */
export async function fitRuns(
  sources: readonly string[],
  flags: ApproachFlags,
  approaches?: readonly ApproachName[],
): Promise<FittedRuns> {
  const constraints = parametricConstraints(flags);
  const observations = await observationsOf(sources, flags);
  const choices: FitChoices = {
    approaches: approaches ?? approachesFor(observations.records),
    loss: flags.loss,
    delta: flags.delta,
    curve: flags.curve,
    ...(flags.bootstrapOver === undefined ? {} : { over: flags.bootstrapOver }),
    ...(flags.noise === undefined ? {} : { noise: flags.noise }),
    resamples: flags.bootstrap,
    seed: flags.seed,
    ...observations.study?.choices,
    parametric: {
      ...constraints,
      starts: flags.starts,
      ...(flags.profile === undefined ? {} : { profile: flags.profile }),
    },
    dataConstrained: {
      ...(flags.base === undefined ? {} : await baseLaw(flags.base)),
      ...(flags.joint === undefined ? {} : { joint: flags.joint }),
      ...(flags.near === undefined ? {} : { near: flags.near }),
      decaying: flags.decaying,
      form: flags.decay,
    },
  };
  return { observations, choices, fits: fitObservations(observations.records, observations.convention, choices) };
}

/** The constants of a law of the form E + A/N^alpha + B/D^beta. Errors: those of readLaw; base-form. */
async function baseLaw(name: string): Promise<Pick<DataConstrainedOptions, "base" | "baseName">> {
  const { chinchilla } = await readLaw(name);
  if (chinchilla !== undefined) return { base: chinchilla, baseName: name };
  throw new IsoflopError({
    code: "base-form",
    message: `--base ${name}: the law has no E, A, B, alpha, beta.`,
    hint: "Give muennighoff-2023, besiroglu-2024, hoffmann-2022-approach-3, or a fit of approach 3.",
  });
}
