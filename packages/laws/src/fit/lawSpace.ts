import { IsoflopError } from "../error.js";
import type { Law, Parameters } from "../laws/law.js";

/** Parameters imposed on a fit. */
export interface Constraints<Name extends string = string> {
  /** Parameters held at a value. */
  readonly fixed?: Readonly<Partial<Record<Name, number>>>;
  /** Groups of parameters that are one, as [["alpha", "beta"]]. */
  readonly tied?: readonly (readonly Name[])[];
}

/** The variables of a search: one for each free parameter or group of tied ones; positive ones as logarithms. */
export interface SearchSpace {
  /** Which parameters each variable stands for. */
  readonly members: readonly (readonly string[])[];
  readonly logarithmic: readonly boolean[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  /** Held parameters, all of them. */
  readonly held: Parameters<string>;
  toParameters(x: ArrayLike<number>): Record<string, number>;
  toVariables(parameters: Parameters<string>): number[];
}

/** Logarithms stay within what a number can hold. */
export const LOG_LIMIT = 650;

/**
 * The search space of a law under constraints.
 * @throws IsoflopError "bad-constraint"
 */
export function searchSpace(law: Law, constraints: Constraints = {}): SearchSpace {
  const names = Object.keys(law.parameters);
  if (constraints.tied !== undefined && !(Array.isArray(constraints.tied) && constraints.tied.every(Array.isArray))) {
    throw badConstraint("tied must be an array of groups of names.");
  }
  const groups = tiedGroups(law, names, constraints.tied ?? []);
  const held: Record<string, number> = {};
  const free: string[][] = [];
  for (const name of Object.keys(constraints.fixed ?? {})) requireKnown(law, name);
  for (const group of groups) {
    const values = group.map((name) => constraints.fixed?.[name]).filter((value) => value !== undefined);
    if (values.length === 0) {
      free.push(group);
      continue;
    }
    for (const name of group) held[name] = values[0]!;
    if (values.some((value) => value !== values[0])) {
      throw badConstraint(`${group.join(" and ")} are tied, and held at different values.`);
    }
    checkHeld(law, group, values[0]!);
  }
  if (free.length === 0) throw badConstraint(`Every parameter of ${law.name} is held: nothing is left to fit.`);

  const ranges = free.map((group) => {
    const bounds = group.map((name) => law.parameters[name]!).map(boundsOf);
    return [Math.max(...bounds.map(([low]) => low)), Math.min(...bounds.map(([, high]) => high))] as const;
  });
  const logarithmic = free.map((group) => group.every((name) => isPositive(law, name)));
  const inward = (value: number, i: number) =>
    logarithmic[i] ? Math.min(Math.max(Math.log(value), -LOG_LIMIT), LOG_LIMIT) : value;
  return {
    members: free,
    logarithmic,
    lower: ranges.map(([low], i) => inward(low, i)),
    upper: ranges.map(([, high], i) => inward(high, i)),
    held,
    toParameters(x) {
      const parameters: Record<string, number> = { ...held };
      free.forEach((group, i) => {
        for (const name of group) parameters[name] = logarithmic[i] ? Math.exp(x[i]!) : x[i]!;
      });
      return parameters;
    },
    toVariables: (parameters) =>
      free.map(([leader], i) =>
        logarithmic[i] ? Math.log(Math.max(parameters[leader!]!, 1e-280)) : parameters[leader!]!,
      ),
  };
}

/** The bounds of a parameter in its own unit. */
function boundsOf({ support = "positive", bounds }: Law["parameters"][string]): readonly [number, number] {
  if (bounds !== undefined) return bounds;
  return [support === "real" ? Number.NEGATIVE_INFINITY : 0, Number.POSITIVE_INFINITY];
}

function isPositive(law: Law, name: string): boolean {
  return (law.parameters[name]!.support ?? "positive") === "positive";
}

function tiedGroups(law: Law, names: readonly string[], tied: Constraints["tied"] & object): string[][] {
  const groups: string[][] = names.map((name) => [name]);
  for (const pair of tied) {
    for (const name of pair) requireKnown(law, name);
    const joined = groups.filter((group) => group.some((name) => pair.includes(name)));
    for (const group of joined.slice(1)) {
      joined[0]!.push(...group);
      groups.splice(groups.indexOf(group), 1);
    }
  }
  return groups;
}

function requireKnown(law: Law, name: string): void {
  if (name in law.parameters) return;
  throw badConstraint(`${law.name} has no parameter "${name}"; it has ${Object.keys(law.parameters).join(", ")}.`);
}

function checkHeld(law: Law, names: readonly string[], value: number): void {
  for (const name of names) {
    const support = law.parameters[name]!.support ?? "positive";
    const allowed = support === "real" || (support === "positive" ? value > 0 : value >= 0);
    if (!Number.isFinite(value) || !allowed)
      throw badConstraint(`${name} cannot be held at ${value}: it is ${support}.`);
  }
}

function badConstraint(message: string): IsoflopError {
  return new IsoflopError({
    code: "bad-constraint",
    message,
    hint: 'Hold parameters as fixed: { alpha: 0.34 }, tie them as tied: [["alpha", "beta"]].',
  });
}
