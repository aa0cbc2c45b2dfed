import { type DataConstrainedOptions, type DecayForm, IsoflopError } from "@isoflop/laws";
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
import { fitLawFiles } from "./fitLaw.js";
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
  readonly curve: FitChoices["curve"];
  readonly bootstrapOver?: NonNullable<FitChoices["over"]>;
  readonly noise?: NonNullable<FitChoices["noise"]>;
  readonly base?: string;
  readonly joint?: true;
  readonly decaying: NonNullable<DataConstrainedOptions["decaying"]>;
  readonly decay: DecayForm;
  readonly near?: NonNullable<DataConstrainedOptions["near"]>;
  /** One law of the library, instead of the approaches. */
  readonly law?: string;
  readonly fix?: string;
  readonly tie?: string;
  readonly at?: string;
  readonly profile?: true;
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
    .option("--noise <table>", "seed noise, loss:sd pairs in nats, e.g. 3:0.002,7:0.05", parseSeedNoise)
    .option(
      "--law <name>",
      "fit this law alone, of those that `isoflop laws` lists: --columns then names its inputs and y, --loss is mse unless given",
    )
    .option("--fix <values>", "with --law: hold parameters, e.g. alpha=0.34,E=1.7")
    .option("--tie <names>", "with --law: make parameters one, e.g. alpha=beta")
    .option("--at <inputs>", "with --law: what the fit expects there, e.g. N=7e9,D=1e12")
    .option("--profile", "with --law: profile-likelihood intervals too");
  return withObservationFlags(verb)
    .option("--json", "write JSON to standard output")
    .option("--draws", "with --json: fits whole, with their draws, so that `isoflop plan --law` gives intervals")
    .addHelpText(
      "after",
      '\nExample:\n  $ isoflop fit runs.csv --approach 3 --where "dropped = 0" --bootstrap 4000 --json',
    )
    .action(async (sources: string[], flags: FitFlags, command: Command) => {
      if (flags.law !== undefined) {
        const { law, loss, ...others } = flags;
        const chosen = (name: string) => command.getOptionValueSource(name) === "cli";
        const [foreign] = ["approach", "base", "joint", "decaying", "decay", "near", "curve"].filter(chosen);
        if (foreign !== undefined)
          throw withoutLaw(`--${foreign}`, "belongs to the approaches; --law names a law instead");
        return fitLawFiles(io, sources, { ...others, law, ...(chosen("loss") ? { loss } : {}) });
      }
      const [stray] = (["fix", "tie", "at", "profile"] as const).filter((name) => flags[name] !== undefined);
      if (stray !== undefined) throw withoutLaw(`--${stray}`, "belongs to --law");
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

function withoutLaw(flag: string, why: string): IsoflopError {
  return new IsoflopError({
    code: "flags-conflict",
    message: `${flag} ${why}.`,
    hint: "Write isoflop fit runs.csv --law chinchilla, or isoflop fit runs.csv --approach 3; `isoflop laws` lists the laws.",
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
      columns: observations.columns,
      notices: observations.notices,
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

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError("It must be a positive number.");
  return value;
}
