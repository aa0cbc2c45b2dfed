import { parseColumns } from "@isoflop/laws/observations";
import { type Command, InvalidArgumentError } from "commander";
import { type Observations, readObservations } from "../read/observations.js";

/** Options of every verb that fits the user's runs. */
export interface ObservationFlags {
  readonly bootstrap: number;
  readonly seed: number;
  readonly columns?: string;
  readonly where?: string;
  readonly checkpoints?: true;
}

export function withObservationFlags(command: Command): Command {
  return command
    .option("--bootstrap <resamples>", "resamples for the intervals; 0 for none", wholeNumber, 1000)
    .option("--seed <number>", "seed of the resampling", wholeNumber, 0)
    .option("--columns <map>", "which column holds what, e.g. N=params,D=tokens,loss=val_loss")
    .option("--where <sql>", 'SQL condition on the rows, e.g. "dropped = 0"')
    .option("--checkpoints", "take every row of a training curve as an observation, not the run's last one alone");
}

/** The runs that the sources hold, as the flags say. Errors: those of readObservations. */
export function observationsOf(
  sources: readonly string[],
  { columns, where, checkpoints }: Pick<ObservationFlags, "columns" | "where" | "checkpoints">,
): Promise<Observations> {
  return readObservations(sources, {
    ...(columns === undefined ? {} : { columns: parseColumns(columns) }),
    ...(where === undefined ? {} : { where }),
    ...(checkpoints === undefined ? {} : { checkpoints }),
  });
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("It must be a whole number.");
  return value;
}
