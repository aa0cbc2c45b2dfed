import { curve } from "./forms/curve.js";
import type { Law, Parameters } from "./law.js";

/** Names of the parameters. */
export type M4ParameterName = "beta" | "c" | "epsInf" | "eps0" | "alpha";

/**
 * Estimator M4: a power law between the error of guessing eps0 and a limit epsInf, defined by an equation for y. With w =
 * y - epsInf, b = eps0 - epsInf and w = b s, s in (0, 1), it is ln w - alpha ln(b - w) = ln beta + c ln x, whose left side
 * rises with w: one solution. Derivatives by the implicit function theorem.
 */
export const m4: Law<M4ParameterName, "x"> = {
  name: "m4",
  form: "(y - epsInf) / (eps0 - y)^alpha = beta x^c",
  source: "Alabdulmohsin et al. 2022 (arXiv:2209.06640), section 3, equation M4, and methods/m4.py of its repository",
  ...curve,
  inputs: { x: { ...curve.inputs.x, range: [10, 1e7] } },
  parameters: {
    beta: { unit: "y^(1 - alpha) / x^c", meaning: "amplitude" },
    c: curve.exponent,
    epsInf: { unit: "y", meaning: "error or loss at infinite x", support: "non-negative" },
    eps0: { unit: "y", meaning: "error or loss of guessing, at no x" },
    alpha: { unit: "1", meaning: "how long the curve stays near guessing", bounds: [1e-3, 10] },
  },
  value: (p, { x }) => solve(p, x).y,
  gradient(p, { x }) {
    const { above, below } = solve(p, x);
    // F = ln w - alpha ln(b - w) - ln beta - c ln x; dy = -dF/d(parameter) / (dF/dw).
    const byBelow = p.alpha / below;
    const slope = 1 / above + byBelow;
    return {
      beta: 1 / p.beta / slope,
      c: Math.log(x) / slope,
      epsInf: 1 / above / slope,
      eps0: byBelow / slope,
      alpha: Math.log(below) / slope,
    };
  },
  rescale: (p, by, output) => ({
    ...p,
    beta: p.beta * output ** (1 - p.alpha) * by.x ** -p.c,
    epsInf: p.epsInf * output,
    eps0: p.eps0 * output,
  }),
  published: {
    parameters: { beta: 30, c: -0.4, epsInf: 0.15, eps0: 2, alpha: 0.6 },
    source: "an example of ours",
  },
};

/**
 * y, with w = y - epsInf (above the limit) and b - w (below guessing), both exact where they are tiny. In t = ln(s / (1 -
 * s)) the equation is alpha softplus(t) - softplus(-t) = target, whose slope lies between 1 and alpha: Newton's method
 * overshoots at most once and then closes in from one side.
 */
function solve(p: Parameters<M4ParameterName>, x: number): { y: number; above: number; below: number } {
  const b = p.eps0 - p.epsInf;
  if (!(b > 0)) return { y: Number.NaN, above: Number.NaN, below: Number.NaN };
  const target = Math.log(p.beta) + p.c * Math.log(x) - (1 - p.alpha) * Math.log(b);
  let t = target > 0 ? target / p.alpha : target;
  for (let i = 0; i < 100; i++) {
    const share = 1 / (1 + Math.exp(-t));
    const step = (p.alpha * softplus(t) - softplus(-t) - target) / (p.alpha * share + (1 - share));
    t -= step;
    if (Math.abs(step) <= 1e-15 * (1 + Math.abs(t))) break;
  }
  const above = b / (1 + Math.exp(-t));
  return { y: p.epsInf + above, above, below: b / (1 + Math.exp(t)) };
}

function softplus(t: number): number {
  return Math.max(t, 0) + Math.log1p(Math.exp(-Math.abs(t)));
}
