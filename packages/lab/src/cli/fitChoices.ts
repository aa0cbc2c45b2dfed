import { type DataConstrainedOptions, IsoflopError } from "@isoflop/laws";
import { type ApproachName, approachesFor, type FitChoices } from "@isoflop/laws/procedures";
import type { Observations } from "../read/observations.js";
import { type ApproachFlags, type FitChoiceFlags, parametricConstraints } from "./fitFlags.js";
import { readLaw } from "./law.js";

/** The one approach that `--approach` names; undefined: all that there are. */
export const namedApproach = ({ approach }: Pick<FitChoiceFlags, "approach">): readonly ApproachName[] | undefined =>
  approach === "all" ? undefined : [approach as ApproachName];

/**
 * How these observations are fitted as the flags say: by all approaches that they are for, unless some are named. Errors: those of
 * parametricConstraints and readLaw; base-form.
 */
export async function fitChoices(
  flags: ApproachFlags,
  observations: Observations,
  approaches: readonly ApproachName[] = approachesFor(observations.records),
): Promise<FitChoices> {
  return {
    approaches,
    loss: flags.loss,
    delta: flags.delta,
    curve: flags.curve,
    ...(flags.bootstrapOver === undefined ? {} : { over: flags.bootstrapOver }),
    ...(flags.noise === undefined ? {} : { noise: flags.noise }),
    resamples: flags.bootstrap,
    seed: flags.seed,
    ...observations.study?.choices,
    parametric: {
      ...parametricConstraints(flags),
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
