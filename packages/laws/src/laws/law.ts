import type { ParameterDescription, Parameters } from "./lossLaw.js";

/** A quantity that a law relates: what it is and in which unit. */
export interface QuantityDescription {
  readonly unit: string;
  readonly meaning: string;
}

/** Values of a law's named inputs. */
export type Inputs<Name extends string> = Readonly<Record<Name, number>>;

/**
 * A published relation between measured quantities: y = f(x; parameters), whatever x is (N, D, C, steps, loss, …). One
 * law is one file of this folder; `laws.test.ts` there holds every one to its gradient, source and planted truth.
 */
export interface Law<Parameter extends string = string, Input extends string = string> {
  /** Kebab-case, unique. */
  readonly name: string;
  /** The formula, in plain text. */
  readonly form: string;
  /** Paper and equation. */
  readonly source: string;
  readonly inputs: Readonly<Record<Input, QuantityDescription>>;
  readonly output: QuantityDescription;
  readonly parameters: Readonly<Record<Parameter, ParameterDescription>>;
  /** f(x), in the output's unit. */
  value(parameters: Parameters<Parameter>, x: Inputs<Input>): number;
  /** df / d(parameter), analytic. */
  gradient(parameters: Parameters<Parameter>, x: Inputs<Input>): Record<Parameter, number>;
  /** Values that a paper gives, with their source: what tests plant, and a scale for a search to start from. */
  readonly published: { readonly parameters: Parameters<Parameter>; readonly source: string };
}
