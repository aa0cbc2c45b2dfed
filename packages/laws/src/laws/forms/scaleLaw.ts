import type { InputDescription, Law, ParameterDescription, Parameters } from "../law.js";
import { LOSS } from "./quantities.js";

/** A law of the form y = (X_c / x)^alpha, which reaches one nat per token at the scale X_c. */
export interface ScaleLaw<Scale extends string, Exponent extends string, Input extends string>
  extends Law<Scale | Exponent, Input> {
  /** The x at which the loss reaches y. */
  inverse(parameters: Parameters<Scale | Exponent>, y: number): number;
}

/** What tells one such law from another. */
export interface ScaleLawDescription<Scale extends string, Exponent extends string, Input extends string> {
  readonly name: string;
  readonly form: string;
  readonly source: string;
  readonly scale: readonly [name: Scale, description: ParameterDescription];
  readonly exponent: readonly [name: Exponent, description: ParameterDescription];
  readonly input: readonly [name: Input, description: InputDescription];
  readonly published: { readonly scale: number; readonly exponent: number; readonly source: string };
}

/** The pure power laws of Kaplan et al. 2020, equations 1.1 to 1.3: L(x) = (X_c / x)^alpha. */
export function scaleLaw<Scale extends string, Exponent extends string, Input extends string>(
  description: ScaleLawDescription<Scale, Exponent, Input>,
): ScaleLaw<Scale, Exponent, Input> {
  type Name = Scale | Exponent;
  const [scale, scaleDescription] = description.scale;
  const [exponent, exponentDescription] = description.exponent;
  const [input, inputDescription] = description.input;
  const named = <T>(ofScale: T, ofExponent: T) =>
    ({ [scale]: ofScale, [exponent]: ofExponent }) as unknown as Record<Name, T>;
  const value = (p: Parameters<Name>, x: number) => (p[scale] / x) ** p[exponent];
  return {
    name: description.name,
    form: description.form,
    source: description.source,
    inputs: { [input]: inputDescription } as unknown as Record<Input, InputDescription>,
    output: LOSS,
    residuals: "log",
    parameters: named(scaleDescription, exponentDescription),
    value: (p, x) => value(p, x[input]),
    gradient(p, x) {
      const y = value(p, x[input]);
      return named((y * p[exponent]) / p[scale], y * Math.log(p[scale] / x[input]));
    },
    rescale: (p, by, output) => named(p[scale] * by[input] * output ** (1 / p[exponent]), p[exponent]),
    inverse: (p, y) => p[scale] * y ** (-1 / p[exponent]),
    published: {
      parameters: named(description.published.scale, description.published.exponent),
      source: description.published.source,
    },
  };
}
