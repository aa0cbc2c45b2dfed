import { type DataConstrainedOptions, type DecayForm, IsoflopError } from "@isoflop/laws";
import { Command, InvalidArgumentError, Option } from "commander";
import { parseColumns } from "../read/columns.js";
import { type Observations, readObservations } from "../read/observations.js";
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
import { parseSeedNoise } from "./seedNoise.js";

interface FitFlags {
  readonly approach: string;
  readonly loss: FitChoices["loss"];
  readonly delta: number;
  readonly curve: FitChoices["curve"];
  readonly bootstrapOver?: NonNullable<FitChoices["over"]>;
  readonly noise?: NonNullable<FitChoices["noise"]>;
  readonly bootstrap: number;
  readonly seed: number;
  readonly base?: string;
  readonly joint?: true;
  readonly decaying: NonNullable<DataConstrainedOptions["decaying"]>;
  readonly decay: DecayForm;
  readonly near?: NonNullable<DataConstrainedOptions["near"]>;
  readonly columns?: string;
  readonly where?: string;
  readonly json?: true;
  readonly draws?: true;
}

/** `isoflop fit`: scaling laws through the user's own runs, or a study's. */
export function fitVerb(io: CommandIo): Command {
  return new Command("fit")
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
    .option("--bootstrap <resamples>", "resamples for the intervals; 0 for none", wholeNumber, 1000)
    .option("--seed <number>", "seed of the resampling", wholeNumber, 0)
    .option("--columns <map>", "which column holds what, e.g. N=params,D=tokens,loss=val_loss")
    .option("--where <sql>", 'SQL condition on the rows, e.g. "dropped = 0"')
    .option("--json", "write JSON to standard output")
    .option("--draws", "with --json: fits whole, with their draws, so that `isoflop plan --law` gives intervals")
    .addHelpText(
      "after",
      '\nExample:\n  $ isoflop fit runs.csv --approach 3 --where "dropped = 0" --bootstrap 4000 --json',
    )
    .action(async (sources: string[], flags: FitFlags) => {
      const observations = await readObservations(sources, {
        ...(flags.columns === undefined ? {} : { columns: parseColumns(flags.columns) }),
        ...(flags.where === undefined ? {} : { where: flags.where }),
      });
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
  const { records, dropped, convention, derived, sources } = observations;
  const lines = [`${records.length} runs from ${sources.join(", ")}`];
  lines.push(
    `N counts ${convention.parameters === "given" ? "as given" : convention.parameters}; C is ${convention.flops === "given" ? "as given" : convention.flops}${derived === undefined ? "" : ` (derived: ${derived})`}`,
  );
  if (dropped.length > 0) {
    lines.push(
      `${dropped.length} rows dropped:`,
      ...dropped.slice(0, 10).map(({ row, reason }) => `  row ${row}: ${reason}`),
    );
    if (dropped.length > 10) lines.push(`  … and ${dropped.length - 10} more (--json lists all)`);
  }
  return `${lines.join("\n")}\n\n${fitsTable(fits)}${minimaTable(fits)}`;
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

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("It must be a whole number.");
  return value;
}
