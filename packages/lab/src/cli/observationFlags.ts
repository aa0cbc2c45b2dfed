import { type Command, InvalidArgumentError } from "commander";
import { parseColumns } from "../read/columns.js";
import { type Observations, readObservations } from "../read/observations.js";

/** Options of every verb that fits the user's runs. */
export interface ObservationFlags {
  readonly bootstrap: number;
  readonly seed: number;
  readonly columns?: string;
  readonly where?: string;
}

export function withObservationFlags(command: Command): Command {
  return command
    .option("--bootstrap <resamples>", "resamples for the intervals; 0 for none", wholeNumber, 1000)
    .option("--seed <number>", "seed of the resampling", wholeNumber, 0)
    .option("--columns <map>", "which column holds what, e.g. N=params,D=tokens,loss=val_loss")
    .option("--where <sql>", 'SQL condition on the rows, e.g. "dropped = 0"');
}

/** The runs that the sources hold, as the flags say. Errors: those of readObservations. */
export function observationsOf(
  sources: readonly string[],
  { columns, where }: Pick<ObservationFlags, "columns" | "where">,
): Promise<Observations> {
  return readObservations(sources, {
    ...(columns === undefined ? {} : { columns: parseColumns(columns) }),
    ...(where === undefined ? {} : { where }),
  });
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("It must be a whole number.");
  return value;
}
