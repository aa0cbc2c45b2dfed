import { type DataConstrainedOptions, type DecayForm, type FixedParameters, IsoflopError } from "@isoflop/laws";
import { Command, InvalidArgumentError, Option } from "commander";
import type { Observations } from "../read/observations.js";
import {
  type ApproachName,
  approachesFor,
  type FitChoices,
  fitObservations,
  type StudyFit,
  withoutDraws,
} from "../steps/fits.js";
import { fitsTable } from "./fitsTable.js";
import { type CommandIo, log, writeJsonOutput } from "./io.js";
import { readLaw } from "./law.js";
import { minimaOf, minimaTable } from "./minimaTable.js";
import { type ObservationFlags, observationsOf, withObservationFlags } from "./observationFlags.js";
import { observationsText } from "./observationsText.js";
import { parseSeedNoise } from "./seedNoise.js";

interface FitFlags extends ObservationFlags {
  readonly approach: string;
  readonly loss: FitChoices["loss"];
  readonly delta: number;
  readonly tied?: true;
  readonly fix?: FixedParameters;
  readonly starts: "projected" | "hoffmann-grid";
  readonly profile?: true;
  readonly curve: FitChoices["curve"];
  readonly bootstrapOver?: NonNullable<FitChoices["over"]>;
  readonly noise?: NonNullable<FitChoices["noise"]>;
  readonly base?: string;
  readonly joint?: true;
  readonly decaying: NonNullable<DataConstrainedOptions["decaying"]>;
  readonly decay: DecayForm;
  readonly near?: NonNullable<DataConstrainedOptions["near"]>;
  readonly json?: true;
  readonly draws?: true;
}

/** `isoflop fit`: scaling laws through the user's own runs, or a study's. */
export function fitVerb(io: CommandIo): Command {
  const verb = new Command("fit")
    .summary("fit scaling laws to a study or to files of runs")
    .description(
      "Fits scaling laws to a study's runs, or to CSV, TSV, JSON, JSONL or Parquet files with any two of N, D, C, and the loss.",
    )
    .argument("<source...>", "a study folder, files, or globs in quotes")
    .addOption(
      new Option("--approach <name>", "which procedure")
        .choices(["1", "2", "3", "kaplan", "data-constrained", "all"])
        .default("all"),
    )
    .addOption(
      new Option("--loss <name>", "Approach 3, data-constrained: loss of the ln-loss residuals")
        .choices(["huber", "lad", "mse"])
        .default("huber"),
    )
    .option("--delta <number>", "Approach 3, data-constrained: Huber's delta", positiveNumber, 1e-3)
    .option("--tied", "Approach 3: one exponent, alpha = beta")
    .option("--fix <values>", "Approach 3: parameters held, e.g. alpha=0.35,E=1.8", fixedParameters)
    .addOption(
      new Option("--starts <what>", "Approach 3: where the search starts")
        .choices(["projected", "hoffmann-grid"])
        .default("projected"),
    )
    .option("--profile", "Approach 3: intervals by profile likelihood too")
    .option("--base <law>", "data-constrained: law for unique data, held fixed: a name, or a fit's JSON file")
    .option("--joint", "data-constrained: fit all parameters, the base is where the search starts")
    .addOption(
      new Option("--decaying <what>", "data-constrained: what loses value by repeating")
        .choices(["both", "data", "parameters", "none"])
        .default("both"),
    )
    .addOption(
      new Option("--decay <form>", "data-constrained: how")
        .choices(["exponential", "geometric"])
        .default("exponential"),
    )
    .option("--near <RD,RN>", "data-constrained: the minimum near here, e.g. 15.4,5.3", decayScales)
    .addOption(
      new Option("--curve <name>", "Approach 2: curve through the losses of a budget")
        .choices(["parabola", "akima"])
        .default("parabola"),
    )
    .addOption(
      new Option("--bootstrap-over <what>", "what a resample draws anew (default: by the runs)").choices([
        "rows",
        "runs",
        "noise",
      ]),
    )
    .option("--noise <table>", "seed noise, loss:sd pairs in nats, e.g. 3:0.002,7:0.05", parseSeedNoise);
  return withObservationFlags(verb)
    .option("--json", "write JSON to standard output")
    .option("--draws", "with --json: fits whole, with their draws, so that `isoflop plan --law` gives intervals")
    .addHelpText(
      "after",
      '\nExample:\n  $ isoflop fit runs.csv --approach 3 --where "dropped = 0" --bootstrap 4000 --json',
    )
    .action(async (sources: string[], flags: FitFlags) => {
      const observations = await observationsOf(sources, flags);
      const { fits, skipped } = fitObservations(observations.records, observations.convention, {
        approaches: flags.approach === "all" ? approachesFor(observations.records) : [flags.approach as ApproachName],
        loss: flags.loss,
        delta: flags.delta,
        curve: flags.curve,
        ...(flags.bootstrapOver === undefined ? {} : { over: flags.bootstrapOver }),
        ...(flags.noise === undefined ? {} : { noise: flags.noise }),
        resamples: flags.bootstrap,
        seed: flags.seed,
        parametric: {
          starts: flags.starts,
          ...(flags.tied === undefined ? {} : { tied: flags.tied }),
          ...(flags.fix === undefined ? {} : { fixed: flags.fix }),
          ...(flags.profile === undefined ? {} : { profile: flags.profile }),
        },
        dataConstrained: {
          ...(flags.base === undefined ? {} : await baseLaw(flags.base)),
          ...(flags.joint === undefined ? {} : { joint: flags.joint }),
          ...(flags.near === undefined ? {} : { near: flags.near }),
          decaying: flags.decaying,
          form: flags.decay,
        },
      });
      // One asked-for approach that cannot be fitted is an error; among all of them it is a notice.
      const [first] = skipped;
      if (fits.length === 0 && first !== undefined) throw first.error;
      if (flags.json) writeJsonOutput(io, fitJson(observations, fits, flags.draws));
      else io.stdout(fitText(observations, fits));
      for (const { approach, error } of skipped) log(io, `approach ${approach} is left out: ${error.message}`);
    });
}

/** The contract of `isoflop fit --json`; with draws, each fit whole, as a study keeps it. */
export function fitJson(observations: Observations, fits: readonly StudyFit[], draws = false) {
  return {
    observations: {
      count: observations.records.length,
      dropped: observations.dropped,
      convention: observations.convention,
      ...(observations.derived === undefined ? {} : { derived: observations.derived }),
    },
    fits: draws
      ? fits
      : fits.map((fit) => ({
          ...withoutDraws(fit),
          ...(fit.law === "isoflop-power-law" ? { minima: minimaOf(fit) } : {}),
        })),
  };
}

function fitText(observations: Observations, fits: readonly StudyFit[]): string {
  return `${observationsText(observations)}\n\n${fitsTable(fits)}${minimaTable(fits)}`;
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

function decayScales(text: string): { RD: number; RN: number } {
  const [RD = Number.NaN, RN = Number.NaN, ...rest] = text.split(",").map(Number);
  if (!(RD > 0 && RN > 0) || rest.length > 0) throw new InvalidArgumentError("It must be two positive numbers, RD,RN.");
  return { RD, RN };
}

const CHINCHILLA: readonly string[] = ["E", "A", "B", "alpha", "beta"];

function fixedParameters(text: string): FixedParameters {
  const pairs = text.split(",").map((part) => {
    const [name = "", value = "", ...rest] = part.split("=").map((piece) => piece.trim());
    if (!CHINCHILLA.includes(name) || value === "" || !Number.isFinite(Number(value)) || rest.length > 0) {
      throw new InvalidArgumentError(`It must be like alpha=0.35,E=1.8, of ${CHINCHILLA.join(", ")}.`);
    }
    return [name, Number(value)] as const;
  });
  return Object.fromEntries(pairs);
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError("It must be a positive number.");
  return value;
}
