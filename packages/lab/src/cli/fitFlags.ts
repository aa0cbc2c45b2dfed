import {
  type DataConstrainedOptions,
  type DecayForm,
  type FixedParameters,
  IsoflopError,
  type ParametricStarts,
} from "@isoflop/laws";
import type { FitChoices } from "@isoflop/laws/procedures";
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseNumbers } from "../read/assignments.js";
import { type ObservationFlags, withObservationFlags } from "./observationFlags.js";
import { parseSeedNoise } from "./seedNoise.js";

/** How the approaches are fitted. */
export interface ApproachFlags extends ObservationFlags {
  readonly loss: FitChoices["loss"];
  readonly delta: number;
  readonly fix?: string;
  readonly tie?: string;
  readonly profile?: true;
  readonly starts: Extract<ParametricStarts, string>;
  readonly curve: FitChoices["curve"];
  readonly bootstrapOver?: NonNullable<FitChoices["over"]>;
  readonly noise?: NonNullable<FitChoices["noise"]>;
  readonly base?: string;
  readonly joint?: true;
  readonly decaying: NonNullable<DataConstrainedOptions["decaying"]>;
  readonly decay: DecayForm;
  readonly near?: NonNullable<DataConstrainedOptions["near"]>;
}

/** Which fits are made, and how. */
export interface FitChoiceFlags extends ApproachFlags {
  readonly approach: string;
  /** One law of the library, instead of the approaches. */
  readonly law?: string;
}

/** Options of `isoflop fit`. */
export interface FitFlags extends FitChoiceFlags {
  readonly at?: string;
  readonly json?: true;
  readonly draws?: true;
}

/** Declares them, by what they belong to. */
export function withFitFlags(command: Command): Command {
  command
    .option("--json", "write JSON to standard output")
    .option("--draws", "with --json: fits whole, with their draws, so that `isoflop plan --law` gives intervals");
  return withFitChoiceFlags(command)
    .optionsGroup("Approach 3, data-constrained, --law:")
    .option("--at <inputs>", "--law: what the fit expects there, e.g. N=7e9,D=1e12");
}

/** Declares those that say which fits are made. */
export function withFitChoiceFlags(command: Command): Command {
  command
    .addOption(
      new Option("--approach <name>", "which procedure")
        .choices(["1", "2", "3", "kaplan", "data-constrained", "all"])
        .default("all"),
    )
    .option("--law <name>", "instead of the approaches: one law, of those that `isoflop laws` lists");
  return withApproachFlags(command);
}

/** Declares those that every verb has which fits the approaches, by what they belong to. */
export function withApproachFlags(command: Command): Command {
  withObservationFlags(command);
  command
    .optionsGroup("Intervals:")
    .addOption(
      new Option("--bootstrap-over <what>", "what a resample draws anew (default: by the runs)").choices([
        "rows",
        "runs",
        "noise",
      ]),
    )
    .option("--noise <table>", "seed noise, loss:sd pairs in nats, e.g. 3:0.002,7:0.05", parseSeedNoise)
    .option("--profile", "Approach 3, --law: intervals by profile likelihood too");
  command
    .optionsGroup("Approach 3, data-constrained, --law:")
    .addOption(
      new Option("--loss <name>", "loss of the residuals; with --law, mse unless given")
        .choices(["huber", "lad", "mse"])
        .default("huber"),
    )
    .option("--delta <number>", "Huber's delta", positiveNumber, 1e-3)
    .option("--fix <values>", "not data-constrained: parameters held, e.g. alpha=0.35,E=1.8")
    .option("--tie <names>", "not data-constrained: parameters made one, e.g. alpha=beta")
    .addOption(
      new Option("--starts <what>", "Approach 3: where the search starts")
        .choices(["projected", "hoffmann-grid"])
        .default("projected"),
    );
  command
    .optionsGroup("Approach 2:")
    .addOption(
      new Option("--curve <name>", "curve through the losses of a budget")
        .choices(["parabola", "akima"])
        .default("parabola"),
    );
  return command
    .optionsGroup("Data-constrained:")
    .option("--base <law>", "law for unique data, held fixed: a name, or a fit's JSON file")
    .option("--joint", "fit all parameters, the base is where the search starts")
    .addOption(
      new Option("--decaying <what>", "what loses value by repeating")
        .choices(["both", "data", "parameters", "none"])
        .default("both"),
    )
    .addOption(new Option("--decay <form>", "how").choices(["exponential", "geometric"]).default("exponential"))
    .option("--near <RD,RN>", "the minimum near here, e.g. 15.4,5.3", decayScales);
}

/** Refuses options that do not go together: nothing asked for is silently left out. Errors: flags-conflict. */
export function checkTogether(flags: FitChoiceFlags, chosen: (name: string) => boolean): void {
  const refuse = (names: readonly string[], why: string) => {
    const stray = names.find(chosen);
    if (stray === undefined) return;
    const flag = stray.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new IsoflopError({
      code: "flags-conflict",
      message: `--${flag} ${why}.`,
      hint: "Write isoflop fit runs.csv --law chinchilla, or isoflop fit runs.csv --approach 3; `isoflop laws` lists the laws.",
    });
  };
  const repeated = ["base", "joint", "decaying", "decay", "near"];
  if (flags.law !== undefined) {
    refuse(
      ["approach", "curve", "starts", "checkpoints", ...repeated],
      "belongs to the approaches; --law names a law instead",
    );
    return;
  }
  refuse(["at"], "belongs to --law");
  const without = (approach: string) => flags.approach !== "all" && flags.approach !== approach;
  if (without("2")) refuse(["curve"], "belongs to approach 2");
  if (without("3")) refuse(["fix", "tie", "starts", "profile"], "belongs to approach 3 and --law");
  if (without("data-constrained")) refuse(repeated, "belongs to the data-constrained approach");
}

const CHINCHILLA: readonly string[] = ["E", "A", "B", "alpha", "beta"];

/** What Approach 3 holds and ties. Errors: columns-syntax, bad-quantity, bad-constraint. */
export function parametricConstraints({ fix, tie }: Pick<FitFlags, "fix" | "tie">): {
  readonly fixed?: FixedParameters;
  readonly tied?: true;
} {
  const fixed = fix === undefined ? {} : parseNumbers(fix, "--fix");
  const unknown = Object.keys(fixed).find((name) => !CHINCHILLA.includes(name));
  if (unknown !== undefined) throw badConstraint(`--fix: Approach 3 has no parameter ${JSON.stringify(unknown)}.`);
  const names = tie?.split("=").map((name) => name.trim());
  if (names !== undefined && names.sort().join() !== "alpha,beta") {
    throw badConstraint(`--tie ${tie}: Approach 3 can make alpha and beta one, nothing else.`);
  }
  return {
    ...(fix === undefined ? {} : { fixed: fixed as FixedParameters }),
    ...(tie === undefined ? {} : { tied: true }),
  };
}

function badConstraint(message: string): IsoflopError {
  return new IsoflopError({
    code: "bad-constraint",
    message,
    hint: "Write --fix alpha=0.35,E=1.8, of E, A, B, alpha, beta; or --tie alpha=beta. Other laws: --law.",
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
