import type { InputDescription, ParameterDescription } from "../law.js";

/** What the laws of one variable by Alabdulmohsin et al. 2022 and Caballero et al. 2022 have in common. */
export const curve = {
  inputs: {
    x: {
      unit: "x",
      meaning: "whatever is scaled: examples, parameters, compute",
      range: [1e3, 1e7],
    } as InputDescription,
  },
  output: { unit: "y", meaning: "error or loss" },
  residuals: "log" as const,
  amplitude: { unit: "y / x^c", meaning: "amplitude", linear: true } as ParameterDescription,
  exponent: {
    unit: "1",
    meaning: "exponent, negative where scale helps",
    support: "real",
    bounds: [-10, 0],
  } as ParameterDescription,
  limit: {
    unit: "y",
    meaning: "error or loss at infinite x",
    support: "non-negative",
    linear: true,
  } as ParameterDescription,
};
