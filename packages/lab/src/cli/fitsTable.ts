import { type DataConstrainedFit, type FitResult, type Interval, NO_DECAY, type ParametricFit } from "@isoflop/laws";
import { textTable } from "./textTable.js";

const LABELS: Readonly<Record<string, string>> = {
  "envelope-power-law": "1  envelope",
  "isoflop-power-law": "2  isoFLOP profiles",
  chinchilla: "3  parametric",
  "kaplan-compute": "K  L(C), no floor",
  "kaplan-model-data": "K  L(N,D), no floor",
  "data-constrained": "D  data-constrained",
};
const CHINCHILLA = ["E", "A", "B", "alpha", "beta"] as const;

export const figure = (value: number | undefined): string => {
  if (value === undefined || !Number.isFinite(value)) return "-";
  if (value === NO_DECAY) return "∞";
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e5 || size < 1e-3) ? value.toExponential(2) : `${Number(value.toPrecision(4))}`;
};
export const range = (interval: Interval | undefined): string =>
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
      ...CHINCHILLA.map((name) =>
        fit.law === "chinchilla" || fit.law === "data-constrained" ? figure(fit.parameters[name]) : "",
      ),
    ]),
  );
  const constants = fits.flatMap((fit) => {
    const named = Object.entries(fit.parameters).filter(([name]) => name !== "a" && name !== "b");
    const text = named
      .map(([name, value]) => `${GREEK[name] ?? name} ${figure(value)}${range(fit.intervals95[name])}`)
      .join(", ");
    return text === "" ? [] : [`  ${LABELS[fit.law] ?? fit.law}: ${text}`, ...profileLine(fit)];
  });
  const minima = fits.flatMap((fit) => (fit.law === "data-constrained" ? minimaLines(fit as DataConstrainedFit) : []));
  const warnings = fits.flatMap((fit) =>
    fit.warnings.map((warning) => `  warning (${shortLabel(fit)}, ${warning.code}): ${warning.message}`),
  );
  return `${exponents}\n${["Constants, with 95 % intervals:", ...constants, ...minima, ...warnings].join("\n")}\n`;
}

/** What a warning is about: Kaplan's two laws by name, the approaches by their sign. */
function shortLabel({ law, approach }: FitResult): string {
  const label = LABELS[law];
  if (label === undefined) return approach;
  return law.startsWith("kaplan-") ? label.replace(/\s+/g, " ").replace(/,[^,]*$/, "") : label.slice(0, 1);
}

/** Approach 3's intervals by profile likelihood, where they were asked for; an open end has no number. */
function profileLine(fit: FitResult): string[] {
  const { profile95 } = fit as Partial<ParametricFit>;
  if (fit.law !== "chinchilla" || profile95 === undefined) return [];
  const text = Object.entries(profile95).map(([name, { interval, open }]) => {
    const [low, high] = interval.map((end) => figure(Number(end.toPrecision(3))));
    return `${GREEK[name] ?? name} [${open.includes("low") ? "open" : low}, ${open.includes("high") ? "open" : high}]`;
  });
  return [`    by profile likelihood: ${text.join(", ")}`];
}

/** Every minimum of the data-constrained objective, the fit's own first. */
function minimaLines({ basins, base, form, diagnostics }: DataConstrainedFit): string[] {
  const rows = basins.map(({ parameters: { RD, RN }, objective, share, intervals95 }) => [
    "",
    figure(RD) + range(intervals95?.RD),
    figure(RN) + range(intervals95?.RN),
    objective < 1e-3 ? objective.toExponential(8) : objective.toPrecision(9),
    share === undefined ? "-" : `${(100 * share).toFixed(0)} %`,
  ]);
  const table = textTable(["", "R_D*", "R_N*", "objective", "draws nearest"], rows).trimEnd();
  return [
    `  ${form} decay upon ${base.held ? `${base.name}, held fixed` : `a base fitted with it (start: ${base.name})`}; R² of the loss ${Number(diagnostics.r2).toFixed(4)}`,
    "  Minima of the objective, the fit first; intervals are of the draws nearest to each:",
    ...table.split("\n").map((line) => `  ${line}`),
  ];
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
  RD: "R_D*",
  RN: "R_N*",
};
