import type { FitResult, Interval } from "@isoflop/laws";
import { textTable } from "./textTable.js";

const LABELS: Readonly<Record<string, string>> = {
  "envelope-power-law": "1  envelope",
  "isoflop-power-law": "2  isoFLOP profiles",
  chinchilla: "3  parametric",
  "kaplan-compute": "K  L(C), no floor",
  "kaplan-model-data": "K  L(N,D), no floor",
};
const CHINCHILLA = ["E", "A", "B", "alpha", "beta"] as const;

const figure = (value: number | undefined): string => {
  if (value === undefined || !Number.isFinite(value)) return "-";
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e5 || size < 1e-3) ? value.toExponential(2) : `${Number(value.toPrecision(4))}`;
};
const range = (interval: Interval | undefined): string =>
  interval === undefined
    ? ""
    : ` [${figure(Number(interval[0].toPrecision(3)))}, ${figure(Number(interval[1].toPrecision(3)))}]`;

/** One table of all fits: exponents of N_opt and D_opt with 95 % intervals, and the constants of Approach 3. */
export function fitsTable(fits: readonly FitResult[]): string {
  const exponents = textTable(
    ["Approach", "a (N_opt ∝ C^a)", "b (D_opt ∝ C^b)", ...CHINCHILLA.map((name) => GREEK[name] ?? name)],
    fits.map((fit) => [
      LABELS[fit.law] ?? `${fit.approach}  ${fit.law}`,
      fit.exponents === undefined ? "-" : figure(fit.exponents.a) + range(fit.intervals95.a),
      fit.exponents === undefined ? "-" : figure(fit.exponents.b) + range(fit.intervals95.b),
      ...CHINCHILLA.map((name) => (fit.law === "chinchilla" ? figure(fit.parameters[name]) : "")),
    ]),
  );
  const constants = fits.flatMap((fit) => {
    const named = Object.entries(fit.parameters).filter(([name]) => name !== "a" && name !== "b");
    const text = named
      .map(([name, value]) => `${GREEK[name] ?? name} ${figure(value)}${range(fit.intervals95[name])}`)
      .join(", ");
    return text === "" ? [] : [`  ${LABELS[fit.law] ?? fit.law}: ${text}`];
  });
  const warnings = fits.flatMap((fit) =>
    fit.warnings.map(
      (warning) => `  warning (${LABELS[fit.law]?.slice(0, 1) ?? fit.approach}, ${warning.code}): ${warning.message}`,
    ),
  );
  return `${exponents}\n${["Constants, with 95 % intervals:", ...constants, ...warnings].join("\n")}\n`;
}

const GREEK: Readonly<Record<string, string>> = {
  alpha: "α",
  beta: "β",
  gamma: "γ",
  alphaC: "α_C",
  alphaN: "α_N",
  alphaD: "α_D",
  Cc: "C_c",
  Nc: "N_c",
  Dc: "D_c",
  kN: "k_N",
  kD: "k_D",
};
