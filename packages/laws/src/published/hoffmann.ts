import { fitPowerLaw } from "../fit/powerLawFit.js";
import { type ChinchillaParameters, chinchilla } from "../laws/chinchilla.js";
import { HOFFMANN_RUNS } from "./hoffmannRuns.js";
import type { NamedLaw } from "./law.js";
import { type AllocationRow, hoffmannTable3, hoffmannTableA3Approach2 } from "./tables.js";

const paper = "Hoffmann et al. 2022, Training Compute-Optimal Large Language Models (arXiv:2203.15556)";
const convention = { parameters: "total", flops: "6N" } as const;

/**
 * The paper prints exponents but no coefficients for approaches 1 and 2; its tables of optimal models are their forecast.
 * At a row's FLOPs the law gives that row; between rows it interpolates in logarithms; beyond them it goes on with the
 * exponents of a regression over all rows.
 */
function fromTable(
  name: string,
  title: string,
  table: string,
  rows: readonly AllocationRow[],
  runs: Pick<NamedLaw, "smallestFlops" | "largestFlops">,
): NamedLaw {
  const logC = rows.map((row) => Math.log(row.flops));
  const byRows = (values: readonly number[]) => {
    const logs = values.map(Math.log);
    const { exponent } = fitPowerLaw(logC, logs)!;
    return { exponent, at: (flops: number) => Math.exp(interpolate(logC, logs, Math.log(flops), exponent)) };
  };
  const n = byRows(rows.map((row) => row.parameters));
  const d = byRows(rows.map((row) => row.tokens));
  return {
    name,
    title,
    source: `${paper}, ${table}`,
    convention,
    notes: [
      `The rows of ${table}, interpolated in logarithms; beyond them N ∝ C^${n.exponent.toFixed(3)}, D ∝ C^${d.exponent.toFixed(3)}.`,
      "The law says nothing on loss. The printed N and D are rounded: 6ND differs from C by up to 5 % (at 67B).",
    ],
    ...runs,
    optimum: (flops) => ({ flops, parameters: n.at(flops), tokens: d.at(flops) }),
  };
}

/** Piecewise linear through (xs, ys), xs ascending; beyond the ends a line of the given slope from the last point. */
function interpolate(xs: readonly number[], ys: readonly number[], x: number, slope: number): number {
  const last = xs.length - 1;
  if (x <= xs[0]!) return ys[0]! + slope * (x - xs[0]!);
  if (x >= xs[last]!) return ys[last]! + slope * (x - xs[last]!);
  const right = xs.findIndex((edge) => edge > x);
  const share = (x - xs[right - 1]!) / (xs[right]! - xs[right - 1]!);
  return ys[right - 1]! + share * (ys[right]! - ys[right - 1]!);
}

/** Hoffmann et al. 2022 (arXiv:2203.15556), Approach 1: the envelope of training curves. */
export const hoffmannApproach1 = fromTable(
  "hoffmann-2022-approach-1",
  "Chinchilla, approach 1: training-curve envelope",
  "Table 3",
  hoffmannTable3,
  HOFFMANN_RUNS,
);

/** Hoffmann et al. 2022 (arXiv:2203.15556), Approach 2: isoFLOP profiles. */
export const hoffmannApproach2 = fromTable(
  "hoffmann-2022-approach-2",
  "Chinchilla, approach 2: isoFLOP profiles",
  "Table A3",
  hoffmannTableA3Approach2,
  // The least and the largest of its nine budgets (section 3.2).
  { smallestFlops: 6e18, largestFlops: 3e21 },
);

/** From the TeX source: a = 6.0073404, b = 6.0179186, e = .5267228, with A = exp(a), B = exp(b), E = exp(e). */
export const hoffmannConstants: ChinchillaParameters = chinchilla.published.parameters;

/** As the paper prints them: equation 10. */
export const hoffmannRoundedConstants: ChinchillaParameters = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };

/** Hoffmann et al. 2022 (arXiv:2203.15556), Approach 3: E + A/N^alpha + B/D^beta. */
export const hoffmannApproach3: NamedLaw = {
  name: "hoffmann-2022-approach-3",
  title: "Chinchilla, approach 3: parametric loss",
  source: `${paper}, equations 2, 4 and 10`,
  convention,
  notes: [
    "Unrounded constants of the paper's source: E 1.6934, A 406.40, B 410.72, alpha .33917, beta .28491.",
    "The rounded ones (1.69, 406.4, 410.7, .34, .28) give a fifth fewer parameters at 5.88e23 FLOPs.",
    "The fit had not converged (Besiroglu et al. 2024): prefer besiroglu-2024.",
  ],
  ...HOFFMANN_RUNS,
  optimum: (flops) => chinchilla.optimum(hoffmannConstants, flops),
  loss: (n, d) => chinchilla.loss(hoffmannConstants, n, d),
  chinchilla: hoffmannConstants,
};
