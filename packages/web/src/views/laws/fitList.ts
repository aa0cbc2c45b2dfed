import type { ApproachFit } from "@isoflop/laws/procedures";

/** The order in which fits are told, whatever order they were made in. */
const ORDER: readonly ApproachFit["law"][] = [
  "envelope-power-law",
  "isoflop-power-law",
  "chinchilla",
  "kaplan-compute",
  "kaplan-model-data",
  "data-constrained",
];

/** Fits with newer ones of the same law in their place. */
export function withFits(fits: readonly ApproachFit[], newer: readonly ApproachFit[]): readonly ApproachFit[] {
  const kept = fits.filter(({ law }) => newer.every((fit) => fit.law !== law));
  return [...kept, ...newer].sort((a, b) => ORDER.indexOf(a.law) - ORDER.indexOf(b.law));
}
