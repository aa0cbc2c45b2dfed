import type { Fits } from "../../steps/fits.js";
import type { ExportFit, ExportInput } from "../input.js";

const ABOUT: Readonly<Record<string, string>> = {
  "envelope-power-law": "Approach 1: envelope of training curves",
  "isoflop-power-law": "Approach 2: isoFLOP profiles",
  chinchilla: "Approach 3: parametric L(N, D)",
  "kaplan-compute": "Kaplan's L(C)",
  "kaplan-model-data": "Kaplan's L(N, D)",
  "data-constrained": "Data-constrained L(N, D, U)",
};

/** The fits with names of their own: by law, and those of a design's parts as their files in fits/ are called. */
export function namedFits({ fits, parts }: Pick<Fits, "fits" | "parts">): ExportFit[] {
  return [...fits.map((fit) => ({ name: fit.law, about: ABOUT[fit.law] ?? fit.law, fit })), ...(parts?.fits ?? [])];
}

export function skippedFits({ skipped, parts }: Pick<Fits, "skipped" | "parts">): ExportInput["skipped"] {
  return [
    ...skipped.map(({ approach, error }) => ({ about: `approach ${approach}`, reason: error.message })),
    ...(parts?.skipped ?? []).map(({ about, error }) => ({ about, reason: error.message })),
  ];
}
