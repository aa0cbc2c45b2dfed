import { IsoflopError, isIsoflopError } from "../error.js";
import type { DataConstrainedFit } from "../fit/dataConstrained.js";
import { isPositive, show } from "../fit/rowFaults.js";
import type { AllocationFit } from "../forecast/laws.js";
import type { Outcome } from "../outcome.js";
import type { CountingConvention, RunRecord } from "../record.js";
import type { BootstrapOver } from "../uncertainty/bootstrap.js";

/** A run as the public functions take it: a {@link RunRecord} that need not be named. */
export interface RunInput extends Omit<RunRecord, "id"> {
  /** Default: the row's number, counted from 1. */
  readonly id?: string | number | undefined;
}

/** Runs with a name each. What is no array, or no object, passes through: the check of the rows names it. */
export function named(runs: readonly RunInput[]): readonly RunRecord[] {
  if (!Array.isArray(runs)) return runs as readonly RunRecord[];
  const given: readonly RunInput[] = runs;
  if (given.every((run) => typeof run?.id === "string")) return given as readonly RunRecord[];
  return Array.from(given, (run, i) =>
    typeof run === "object" && run !== null ? { ...run, id: String(run.id ?? i + 1) } : run,
  );
}

/** What the options of one procedure may be, beside those that all have. */
export interface OptionRules {
  /** Options with a few names for values. */
  readonly choices?: Readonly<Record<string, readonly string[]>>;
  /** Options that are positive, finite numbers. */
  readonly positive?: readonly string[];
}

/** The values of a union of names, from a record that the compiler holds complete. */
export function namesOf<Name extends string>(names: Readonly<Record<Name, true>>): readonly string[] {
  return Object.keys(names);
}

const COMMON: OptionRules = { choices: { over: namesOf<BootstrapOver>({ rows: true, runs: true, noise: true }) } };
const CONVENTION: OptionRules = {
  choices: {
    parameters: namesOf<CountingConvention["parameters"]>({ total: true, "non-embedding": true, given: true }),
    flops: namesOf<CountingConvention["flops"]>({ "6N": true, kaplan: true, hoffmann: true, given: true }),
  },
};

/** @throws IsoflopError "bad-option" */
export function checkOptions(options: unknown, rules: OptionRules = {}): void {
  if (options === undefined) return;
  const given = fieldsOf(options, "the options", "{ resamples: 1000 }");
  const { resamples, random, convention, noise } = given;
  if (resamples !== undefined && !(Number.isSafeInteger(resamples) && (resamples as number) >= 0)) {
    throw badOption("resamples", resamples, "a whole number of zero or more; 0 asks for no intervals");
  }
  if (random !== undefined && typeof (random as { uniform?: unknown } | null)?.uniform !== "function") {
    throw badOption("random", random, "a generator, as createRandom(7)");
  }
  if (noise !== undefined && !(Array.isArray(noise) && noise.every((p) => typeof p === "object" && p !== null))) {
    throw badOption("noise", noise, "{ loss, sd } pairs, as [{ loss: 3, sd: 0.002 }, { loss: 7, sd: 0.05 }]");
  }
  if (convention !== undefined) {
    follow(fieldsOf(convention, "convention", '{ parameters: "total", flops: "6N" }'), CONVENTION);
  }
  follow(given, COMMON);
  follow(given, rules);
}

function follow(given: Readonly<Record<string, unknown>>, { choices = {}, positive = [] }: OptionRules): void {
  for (const [name, values] of Object.entries(choices)) {
    const value = given[name];
    if (value !== undefined && !values.includes(value as string)) {
      throw badOption(name, value, `one of ${values.map((one) => JSON.stringify(one)).join(", ")}`);
    }
  }
  for (const name of positive) {
    if (given[name] !== undefined && !isPositive(given[name])) {
      throw badOption(name, given[name], "a positive, finite number");
    }
  }
}

/**
 * An option that is an object of positive, finite numbers.
 * @throws IsoflopError "bad-option"
 */
export function checkPositive(name: string, value: unknown, fields: readonly string[]): void {
  const given = fieldsOf(value, name, `{ ${fields.map((field) => `${field}: 1`).join(", ")} }`);
  for (const field of fields) {
    if (!isPositive(given[field])) throw badOption(`${name}.${field}`, given[field], "a positive, finite number");
  }
}

function fieldsOf(value: unknown, name: string, example: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  throw badOption(name, value, `an object, as ${example}`);
}

function badOption(name: string, value: unknown, wanted: string): IsoflopError {
  return new IsoflopError({
    code: "bad-option",
    message: `${name} = ${show(value)} is not possible.`,
    hint: `Give ${wanted}.`,
  });
}

/** Laws whose fits say what to train for a budget. The type keeps the list whole. */
const ALLOCATING: Readonly<Record<AllocationFit["law"], true>> = {
  chinchilla: true,
  "kaplan-model-data": true,
  "isoflop-power-law": true,
  "envelope-power-law": true,
};

/** Laws whose fits can be planned by. */
export const PLANNING: Readonly<Record<string, true>> = { ...ALLOCATING, "data-constrained": true };

/**
 * A fit to forecast or plan by, whole: what a summary without draws or residuals lacks is empty. A failed fit's error is
 * thrown on, so that calls can be chained and the first error comes out at the end.
 * @throws IsoflopError "bad-fit", or the error given
 */
export function fitOf<Fit extends AllocationFit | DataConstrainedFit>(
  fit: Outcome<Fit>,
  laws: Readonly<Record<string, true>> = ALLOCATING,
): Fit {
  if (isIsoflopError(fit)) throw fit;
  const given = fit as Partial<AllocationFit | DataConstrainedFit> | null | undefined;
  const law = typeof given === "object" ? given?.law : undefined;
  const complete =
    law !== undefined &&
    Object.hasOwn(laws, law) &&
    Object.values(given?.parameters ?? { none: Number.NaN }).every(Number.isFinite) &&
    Number.isFinite(given?.compute?.coefficient) &&
    Number.isFinite(given?.compute?.exponent);
  if (!complete) {
    throw new IsoflopError({
      code: "bad-fit",
      message: `${law === undefined ? show(fit) : `A fit of the law ${show(law)}`} says nothing of what to train for a budget.`,
      hint: "Give what fitParametric, fitIsoflop or fitEnvelope return, or the second fit of fitKaplan.",
    });
  }
  const lists = { residuals: [], noise: [], warnings: [] };
  const base = { name: "given", held: true };
  return {
    ...{ ...lists, draws: { names: [], rows: [] }, diagnostics: {}, intervals95: {}, base },
    ...(fit as Fit),
  };
}
