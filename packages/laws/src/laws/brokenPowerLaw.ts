import { curve } from "./forms/curve.js";
import type { Law, ParameterDescription } from "./law.js";

type Values = Record<string, number>;

/**
 * Caballero et al. 2022: a power law whose exponent changes by c_i around x = d_i, over a width f_i in ln x, towards a
 * limit a. Parameters: a, b, c0, then c1, d1, f1 and so on for every break.
 * @param breaks how many; 0 gives M2
 */
export function brokenPowerLaw(breaks: number): Law<string, "x"> {
  const indices = Array.from({ length: breaks }, (_, i) => i + 1);
  const slope: ParameterDescription = { unit: "1", meaning: "", support: "real", bounds: [-50, 50] };
  const parameters: Record<string, ParameterDescription> = {
    a: { unit: "y", meaning: "limit at infinite x", support: "non-negative", linear: true },
    b: { unit: "y * x^c0", meaning: "offset of the first segment", linear: true },
    c0: { ...slope, meaning: "negative exponent of the first segment" },
  };
  for (const i of indices) {
    parameters[`c${i}`] = { ...slope, meaning: `change of the negative exponent at break ${i}` };
    parameters[`d${i}`] = { unit: "x", meaning: `where break ${i} is` };
    parameters[`f${i}`] = { unit: "1", meaning: `width of break ${i} in ln x`, bounds: [1e-3, 20] };
  }
  /** ln of the product without b, and per break softplus(z) and sigmoid(z) of z = ln(x / d) / f. */
  const shape = (p: Values, x: number) => {
    const parts = indices.map((i) => {
      const z = Math.log(x / p[`d${i}`]!) / p[`f${i}`]!;
      return { z, soft: Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), share: 1 / (1 + Math.exp(-z)) };
    });
    const log = parts.reduce(
      (sum, { soft }, k) => sum - p[`c${k + 1}`]! * p[`f${k + 1}`]! * soft,
      -p.c0! * Math.log(x),
    );
    return { power: Math.exp(log), parts };
  };
  return {
    name: `broken-power-law-${breaks}`,
    form: `y(x) = a + b x^-c0${indices.map((i) => ` (1 + (x / d${i})^(1 / f${i}))^(-c${i} f${i})`).join("")}`,
    source: "Caballero et al. 2022 (arXiv:2210.14891), equation 1",
    ...curve,
    inputs: { x: { ...curve.inputs.x, range: [20, 4e3 * 1e2 ** Math.max(0, breaks - 1)] } },
    parameters,
    value: (p, { x }) => p.a! + p.b! * shape(p, x).power,
    gradient(p, { x }) {
      const { power, parts } = shape(p, x);
      const term = p.b! * power;
      const gradient: Values = { a: 1, b: power, c0: -term * Math.log(x) };
      parts.forEach(({ z, soft, share }, k) => {
        const [c, d, f] = [p[`c${k + 1}`]!, p[`d${k + 1}`]!, p[`f${k + 1}`]!];
        gradient[`c${k + 1}`] = -term * f * soft;
        gradient[`d${k + 1}`] = (term * c * share) / d;
        gradient[`f${k + 1}`] = -term * c * (soft - share * z);
      });
      return gradient;
    },
    rescale(p, by, output) {
      const scaled: Values = { ...p, a: p.a! * output, b: p.b! * output * by.x ** p.c0! };
      for (const i of indices) scaled[`d${i}`] = p[`d${i}`]! * by.x;
      return scaled;
    },
    published: published(breaks),
  };
}

/** The one-break example is the paper's; further breaks continue it. */
function published(breaks: number) {
  const parameters: Values = { a: 0.41388453071629455, b: 2.2772722897737556, c0: 0.055077348404973955 };
  if (breaks >= 1) {
    parameters.c1 = 5.662903816010331;
    parameters.d1 = 612.5836172918001;
    parameters.f1 = 0.059193036393742314;
  }
  if (breaks >= 2) {
    // A break as sharp as the paper's leaves nothing for a second one to bend.
    parameters.a = 0.1;
    parameters.c1 = 0.4;
    parameters.f1 = 0.3;
  }
  for (let i = 2; i <= breaks; i++) {
    parameters[`c${i}`] = i % 2 === 0 ? -0.35 : 0.5;
    parameters[`d${i}`] = 612.5836172918001 * 50 ** (i - 1);
    parameters[`f${i}`] = 0.3;
  }
  return {
    parameters,
    source:
      breaks === 1
        ? "Caballero et al. 2022 (arXiv:2210.14891), Figure 4 right: 4-digit addition, ground truth of its repository"
        : "an example of ours",
  };
}

/** One break. */
export const brokenPowerLaw1 = brokenPowerLaw(1);
/** Two breaks. */
export const brokenPowerLaw2 = brokenPowerLaw(2);
