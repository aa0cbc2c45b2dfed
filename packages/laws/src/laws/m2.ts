import { curve } from "./forms/curve.js";
import type { Law } from "./law.js";

/** Estimator M2: a power law towards a limit. */
export const m2: Law<"beta" | "c" | "epsInf", "x"> = {
  name: "m2",
  form: "y(x) = beta x^c + epsInf",
  source: "Alabdulmohsin et al. 2022 (arXiv:2209.06640), section 2, M2",
  ...curve,
  parameters: { beta: curve.amplitude, c: curve.exponent, epsInf: curve.limit },
  value: (p, { x }) => p.beta * x ** p.c + p.epsInf,
  gradient: (p, { x }) => ({ beta: x ** p.c, c: p.beta * x ** p.c * Math.log(x), epsInf: 1 }),
  rescale: (p, by, output) => ({ ...p, beta: p.beta * output * by.x ** -p.c, epsInf: p.epsInf * output }),
  published: { parameters: { beta: 30, c: -0.4, epsInf: 0.15 }, source: "an example of ours" },
};
