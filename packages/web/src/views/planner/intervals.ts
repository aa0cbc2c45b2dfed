import {
  type Alternative,
  type ChinchillaParameters,
  central95,
  chinchilla,
  inferenceAwareOptimum,
  isIsoflopError,
  lawFromFit,
  lossBy,
  type Optimum,
  type OptimumIntervals,
  optimumBy,
  orThrow,
} from "@isoflop/laws";
import type { FittedLaw } from "../../state/fittedLaws.js";

type Fit = FittedLaw["fit"];

/** Which alternative's intervals are asked for: with so many tokens served, or with so many unique ones. */
export type IntervalKind = "served" | "limited";

/** What a worker is asked of a fit. */
export interface IntervalRequest {
  readonly kind: IntervalKind;
  /** The law's id. */
  readonly id: string;
  readonly fit: Fit;
  readonly flops: number;
  readonly tokens: number;
}

/** At most so many draws, spread evenly over all: each takes a search of its own, near a millisecond. */
export const MOST_DRAWS = 400;
/** Fewer give no interval, as everywhere. */
const FEWEST_DRAWS = 20;

/** 95 % intervals of an alternative from a fit's draws; undefined where the fit has none for it. */
export function intervalsOf({
  kind,
  fit,
  flops,
  tokens,
}: IntervalRequest): Alternative["intervals95"] | OptimumIntervals {
  if (kind === "limited") return orThrow(lawFromFit(fit)).repetition?.intervals95?.(flops, tokens);
  const found = drawnLaws(fit).flatMap(({ optimum, loss }) => {
    const best = inferenceAwareOptimum(loss, optimum(flops), tokens, fit.compute);
    return isIsoflopError(best) ? [] : [best];
  });
  if (found.length < FEWEST_DRAWS) return undefined;
  return {
    parameters: central95(found.map((one) => one.parameters)),
    tokens: central95(found.map((one) => one.tokens)),
    loss: central95(found.map((one) => one.loss)),
  };
}

/** Whether few unique tokens can be: the fit has draws of its R_D* and R_N*. */
export const drawsRepetition = (fit: Fit): boolean =>
  fit.law === "data-constrained" && fit.draws.rows.length >= FEWEST_DRAWS;

interface DrawnLaw {
  readonly optimum: (flops: number) => Optimum;
  readonly loss: (n: number, d: number) => number;
}

/** Whether served tokens can be weighed with intervals: the fit gives a loss over N and D, and its draws vary that. */
export function drawsLoss(fit: Fit): boolean {
  if (fit.draws.rows.length < FEWEST_DRAWS) return false;
  if (fit.law === "data-constrained") return fit.intervals95.alpha !== undefined;
  return fit.law === "chinchilla" || fit.law === "kaplan-model-data";
}

function drawnLaws(fit: Fit): DrawnLaw[] {
  if (!drawsLoss(fit)) return [];
  const { names, rows } = fit.draws;
  const step = Math.max(1, rows.length / MOST_DRAWS);
  return Array.from({ length: Math.min(rows.length, MOST_DRAWS) }, (_, index) => {
    const row = rows[Math.floor(index * step)]!;
    const drawn = Object.fromEntries(names.map((name, place) => [name, row[place]!]));
    if (fit.law === "chinchilla" || fit.law === "kaplan-model-data") {
      return { optimum: (flops) => optimumBy(fit, drawn, flops), loss: (n, d) => lossBy(fit, drawn, n, d) };
    }
    const constants = drawn as ChinchillaParameters;
    return {
      optimum: (flops) => chinchilla.optimum(constants, flops, fit.compute),
      loss: (n, d) => chinchilla.loss(constants, n, d),
    };
  });
}
