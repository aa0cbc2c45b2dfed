import { median } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import { flopsOf } from "../runTotals.js";
import type { Study } from "../schema.js";
import { countedParameters } from "../shapes.js";
import { designRequests } from "./designs.js";
import { centreExponent, profileCentres } from "./isoflop.js";

/**
 * About the size that a design would train with so many FLOPs, where nothing better is known: the middle of the nearest
 * isoFLOP profile carried there by the design's exponent; of other designs at the middle D/N of their runs.
 */
export function middleSize(study: Study, flops: number, vocabulary: number): number {
  const { design } = study;
  if (design.kind === "isoflop") {
    const miss = (budget: number) => Math.abs(Math.log(budget / flops));
    const nearest = design.budgets.reduce((best, budget) => (miss(budget) < miss(best) ? budget : best));
    const centre = profileCentres(design, study.decided)[design.budgets.indexOf(nearest)] ?? 1;
    return centre * (flops / nearest) ** centreExponent(design);
  }
  const ratios = designRequests(study, vocabulary).map(
    ({ shape, tokens }) => tokens / countedParameters(shape, study.counting.parameters),
  );
  // C = 6·N·D with D = r·N gives N = sqrt(C / 6r).
  return Math.sqrt(flops / (6 * median(ratios)));
}

/** The compute that a design spans, FLOPs: of isoFLOP profiles the budgets, of others what their runs take. */
export function computeRange(
  { design }: Study,
  runs: readonly RunSpec[],
): { readonly low: number; readonly high: number } {
  const flops = design.kind === "isoflop" ? design.budgets : runs.map(flopsOf);
  return { low: Math.min(...flops), high: Math.max(...flops) };
}
