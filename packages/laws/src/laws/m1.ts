import { curve } from "./forms/curve.js";
import type { Law } from "./law.js";

/** Estimator M1: a pure power law. */
export const m1: Law<"beta" | "c", "x"> = {
  name: "m1",
  form: "y(x) = beta x^c",
  source: "Alabdulmohsin et al. 2022 (arXiv:2209.06640), section 2, M1",
  ...curve,
  parameters: { beta: curve.amplitude, c: curve.exponent },
  value: (p, { x }) => p.beta * x ** p.c,
  gradient: (p, { x }) => ({ beta: x ** p.c, c: p.beta * x ** p.c * Math.log(x) }),
  rescale: (p, by, output) => ({ ...p, beta: p.beta * output * by.x ** -p.c }),
  published: { parameters: { beta: 30, c: -0.4 }, source: "an example of ours" },
};
