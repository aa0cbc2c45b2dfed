import { type CountingConvention, type FitResult, isIsoflopError, lawNamed } from "@isoflop/laws";

export interface LawText {
  readonly form: string;
  /** The same as mathematics for LaTeX, of the laws that the approaches fit. */
  readonly tex?: string;
  readonly source: string;
}

const ALLOCATION = {
  form: "N_opt = kN C^a, D_opt = kD C^b, L_opt = E + k C^-gamma",
  tex: "$N_{\\mathrm{opt}} = k_N C^a$, $D_{\\mathrm{opt}} = k_D C^b$, $L_{\\mathrm{opt}} = E + k\\,C^{-\\gamma}$",
};
/** Laws that a procedure fits piece by piece. */
const PROCEDURES: Readonly<Record<string, LawText>> = {
  "envelope-power-law": { ...ALLOCATION, source: "Hoffmann et al. 2022 (arXiv:2203.15556), section 3.1" },
  "isoflop-power-law": { ...ALLOCATION, source: "Hoffmann et al. 2022 (arXiv:2203.15556), section 3.2" },
};

const TEX: Readonly<Record<string, string>> = {
  chinchilla: "$L(N, D) = E + A/N^{\\alpha} + B/D^{\\beta}$",
  "kaplan-compute": "$L(C) = (C_c/C)^{\\alpha_C}$",
  "kaplan-model-data": "$L(N, D) = [(N_c/N)^{\\alpha_N/\\alpha_D} + D_c/D]^{\\alpha_D}$",
  "data-constrained": "$L(N, D, U) = E + A/N'^{\\alpha} + B/D'^{\\beta}$",
};

/** The form of a fit's law and where it is from. */
export function lawText({ law }: Pick<FitResult, "law">): LawText {
  const known = PROCEDURES[law] ?? lawNamed(law);
  if (isIsoflopError(known)) return { form: law, source: "" };
  const tex = TEX[law];
  return { ...(tex === undefined ? {} : { tex }), ...known };
}

/** How the intervals of a fit were made. */
export function intervalText({ diagnostics, draws }: FitResult): string {
  if (draws.rows.length === 0) return "no intervals";
  const over = diagnostics.bootstrapOver;
  return `95 % percentile intervals of ${draws.rows.length} bootstrap resamples${typeof over === "string" ? ` over ${over}` : ""}`;
}

/** What N and C mean, in words. */
export function countingText({ parameters, flops }: CountingConvention): string {
  const counted = { total: "all parameters", "non-embedding": "parameters outside the embeddings", given: "as given" };
  const compute = {
    "6N": "6ND",
    kaplan: "counted as Kaplan et al.",
    hoffmann: "counted as Hoffmann et al.",
    given: "as given",
  };
  return `N counts ${counted[parameters]}, C is ${compute[flops]}`;
}
