import { type DataConstrainedOptions, IsoflopError } from "@isoflop/laws";
import type { Observations } from "../read/observations.js";
import { type ApproachName, approachesFor, type FitChoices } from "../steps/fits.js";
import { type FitChoiceFlags, parametricConstraints } from "./fitFlags.js";
import { readLaw } from "./law.js";

/** Which fits the flags ask for of these observations. Errors: those of parametricConstraints and readLaw; base-form. */
export async function fitChoices(flags: FitChoiceFlags, observations: Observations): Promise<FitChoices> {
  return {
    approaches: flags.approach === "all" ? approachesFor(observations.records) : [flags.approach as ApproachName],
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
