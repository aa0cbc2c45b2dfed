import type { Inputs, Law } from "../laws/law.js";
import { central95 } from "../numerics/statistics.js";
import { lawNamed } from "../registry/everyLaw.js";
import { FEWEST_DRAWS } from "../uncertainty/bootstrap.js";
import type { LawFit } from "./fitLaw.js";
import type { Interval } from "./result.js";

/** A value of a fitted law. */
export interface Prediction {
  readonly value: number;
  /** Of the law's mean at these inputs, without the noise of a new run; absent where the fit has too few draws. */
  readonly interval95?: Interval;
}

/**
 * What a fit expects at given inputs, with its interval from the fit's own draws.
 * @param law default: the law of the fit's name
 * @throws IsoflopError "unknown-law"
 */
export function predictFrom<Name extends string, Input extends string>(
  fit: LawFit<Name>,
  inputs: Inputs<Input>,
  law: Law<Name, Input> = lawNamed(fit.law) as unknown as Law<Name, Input>,
): Prediction {
  const value = law.value(fit.parameters, inputs);
  const drawn = drawnParameters(fit).map((p) => law.value(p, inputs));
  return { value, ...(drawn.length < FEWEST_DRAWS ? {} : { interval95: central95(drawn) }) };
}

/** The fit's draws as parameters. */
export function drawnParameters<Name extends string>(fit: LawFit<Name>): Readonly<Record<Name, number>>[] {
  const { names, rows } = fit.draws;
  return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]!])) as Record<Name, number>);
}
