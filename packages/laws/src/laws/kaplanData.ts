import { D_INPUT } from "./forms/quantities.js";
import { scaleLaw } from "./forms/scaleLaw.js";

/** Loss of a large model stopped early on D tokens; Kaplan et al. 2020, equation 1.2. */
export const kaplanData = scaleLaw({
  name: "kaplan-data",
  form: "L(D) = (Dc / D)^alphaD",
  source: "Kaplan et al. 2020 (arXiv:2001.08361), equation 1.2",
  scale: ["Dc", { unit: "tokens", meaning: "data at which the law reaches one nat per token" }],
  exponent: ["alphaD", { unit: "1", meaning: "exponent of data", bounds: [0.001, 3] }],
  input: ["D", { ...D_INPUT, range: [2e7, 2.3e10] }],
  published: { scale: 5.4e13, exponent: 0.095, source: "Kaplan et al. 2020 (arXiv:2001.08361), equation 1.2" },
});
