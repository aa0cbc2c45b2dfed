/** What a parameter of a law is, and where a search may look for it. */
export interface ParameterDescription {
  /** "nats/token", "tokens^beta", "1" for pure numbers, …. */
  readonly unit: string;
  readonly meaning: string;
  /** "positive" (default): searched in its logarithm. "non-negative": may vanish, as an irreducible loss. "real": any. */
  readonly support?: "positive" | "non-negative" | "real";
  /** Bounds of the search, in the parameter's unit; default: those of its support. */
  readonly bounds?: readonly [low: number, high: number];
  /** The law is linear in it: for given other parameters a search finds it at once (Golub & Pereyra 1973). */
  readonly linear?: true;
}

/** A quantity that a law relates: what it is and in which unit. */
export interface QuantityDescription {
  readonly unit: string;
  readonly meaning: string;
}

/** An input of a law, with the range over which the published constants were fitted or are commonly asked. */
export interface InputDescription extends QuantityDescription {
  readonly range: readonly [low: number, high: number];
}

/** Values of a law's named parameters. */
export type Parameters<Name extends string> = Readonly<Record<Name, number>>;

/** Values of a law's named inputs. */
export type Inputs<Name extends string> = Readonly<Record<Name, number>>;

/**
 * A published relation between measured quantities: y = f(x; parameters), whatever x is (N, D, C, steps, loss, …). One
 * law is one file of this folder; everyLaw.test.ts there holds every one to its gradient, source and planted truth, and
 * fit/fitLaw.ts fits any of them.
 */
export interface Law<Parameter extends string = string, Input extends string = string> {
  /** Kebab-case, unique. */
  readonly name: string;
  /** The formula, in plain text. */
  readonly form: string;
  /** Paper and equation. */
  readonly source: string;
  readonly inputs: Readonly<Record<Input, InputDescription>>;
  readonly output: QuantityDescription;
  /** Whether errors of y are taken relative to y ("log": positive y, as losses) or as they are ("linear": shares). */
  readonly residuals: "log" | "linear";
  readonly parameters: Readonly<Record<Parameter, ParameterDescription>>;
  /** f(x), in the output's unit. */
  value(parameters: Parameters<Parameter>, x: Inputs<Input>): number;
  /** df / d(parameter), analytic. */
  gradient(parameters: Parameters<Parameter>, x: Inputs<Input>): Record<Parameter, number>;
  /**
   * The same law in other units: value(rescale(p, k, c), x_i k_i) = c value(p, x). By it a search starts, and measures
   * its conditioning, in units of the data's own size, whatever units the user counts in.
   * @param by factor of every input
   * @param output factor of the output
   */
  rescale(parameters: Parameters<Parameter>, by: Inputs<Input>, output: number): Parameters<Parameter>;
  /** Values that a paper gives, with their source: what tests plant, and a scale for a search to start from. */
  readonly published: { readonly parameters: Parameters<Parameter>; readonly source: string };
}
