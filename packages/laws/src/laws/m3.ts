import { curve } from "./forms/curve.js";
import type { Law } from "./law.js";

/** Estimator M3: a power law that flattens once x nears 1 / gamma; its limit is beta gamma^-c. */
export const m3: Law<"beta" | "c" | "gamma", "x"> = {
  name: "m3",
  form: "y(x) = beta (1/x + gamma)^-c",
  source: "Alabdulmohsin et al. 2022 (arXiv:2209.06640), section 2, M3, and methods/m3.py of its repository",
  ...curve,
  parameters: {
    beta: { ...curve.amplitude, unit: "y * x^-c" },
    c: curve.exponent,
    gamma: { unit: "1/x", meaning: "inverse of the x at which scaling stops", support: "non-negative" },
  },
  value: (p, { x }) => p.beta * (1 / x + p.gamma) ** -p.c,
  gradient(p, { x }) {
    const inverse = 1 / x + p.gamma;
    const power = inverse ** -p.c;
    return { beta: power, c: -p.beta * power * Math.log(inverse), gamma: (-p.c * p.beta * power) / inverse };
  },
  rescale: (p, by, output) => ({ ...p, beta: p.beta * output * by.x ** -p.c, gamma: p.gamma / by.x }),
  published: { parameters: { beta: 30, c: -0.4, gamma: 5e-6 }, source: "an example of ours" },
};
