import type { MappedModel, ValleyLaw } from "@isoflop/figures";
import {
  type Alternative,
  type ChinchillaParameters,
  chinchilla,
  computeOf,
  dataConstrainedAlternative,
  type InferenceAwareOptimum,
  inferenceAwareOptimum,
  isIsoflopError,
  lawFromFit,
  type NamedLaw,
  type OptimumIntervals,
  offOptimum,
  orThrow,
  type Plan,
  plan,
  publishedLaws,
  sixND,
  sizesWithin,
} from "@isoflop/laws";
import type { Embeddings } from "../../state/embeddings.js";
import { fitName } from "../../state/fitNames.js";
import type { FittedLaw } from "../../state/fittedLaws.js";
import { fitKey, OWN } from "./state.js";

/** What counts as hardly worse than the optimum. */
export const TOLERATED = { extraCompute: 0.01, lossShare: 0.001 } as const;

/** Where a law is from: it decides what can be said of its uncertainty. */
export type LawKind = "published" | "fit" | "own";

/** Why a law's optimum has no interval: what it comes as, a fit without draws, or one whose base the draws leave as it was. */
export type WithoutIntervals = "published" | "own" | "noDraws" | "heldBase";

/** One of the laws that stand side by side, as its id names it; without a law where the page has none by that name. */
export interface Choice {
  readonly id: string;
  readonly kind: LawKind;
  readonly name: string;
  /** What to say where its optimum has no interval. */
  readonly reason: WithoutIntervals;
  readonly law?: NamedLaw;
  /** What the law was made from, where it is a fit of the page. */
  readonly fit?: FittedLaw["fit"];
  readonly fitted?: FittedLaw;
  /** Of the shapes that it was fitted to, where its N leaves them out. */
  readonly embeddings?: Embeddings;
}

/** E + A/N^alpha + B/D^beta with constants that the reader typed. */
function ownLaw(constants: ChinchillaParameters): NamedLaw {
  return {
    name: OWN,
    title: OWN,
    source: "constants typed by the reader",
    convention: { parameters: "given", flops: "6N" },
    notes: [],
    optimum: (flops) => chinchilla.optimum(constants, flops),
    loss: (n, d) => chinchilla.loss(constants, n, d),
    chinchilla: constants,
  };
}

/** The law that an id names. */
export function chooseLaw(id: string, constants: ChinchillaParameters, fits: readonly FittedLaw[]): Choice {
  if (id === OWN) return { id, kind: "own", name: id, reason: "own", law: ownLaw(constants) };
  const key = fitKey(id);
  if (key === undefined) {
    const law = publishedLaws.find(({ name }) => name === id);
    return { id, kind: "published", name: id, reason: "published", ...(law && { law }) };
  }
  const fitted = fits.find((one) => one.key === key);
  const name = fitted && fitName(fitted, "en");
  const law = fitted && lawFromFit(fitted.fit, name);
  const reason = fitted === undefined || fitted.fit.draws.rows.length === 0 ? "noDraws" : "heldBase";
  return {
    id,
    kind: "fit",
    name: name ?? key,
    reason,
    ...(fitted && law && !isIsoflopError(law) && { law, fit: fitted.fit, fitted }),
    ...(fitted?.embeddings && { embeddings: fitted.embeddings }),
  };
}

/** Where a budget lies beside the runs that a law was fitted to. */
export interface Reach {
  /** "unknown": what is known of the runs does not tell. */
  readonly side: "inside" | "above" | "below" | "unknown";
  /** How many times beyond the largest, or below the smallest; 1 otherwise. */
  readonly factor: number;
}

function reachOf({ smallestFlops, largestFlops }: NamedLaw, flops: number): Reach {
  if (largestFlops !== undefined && flops > largestFlops) return { side: "above", factor: flops / largestFlops };
  if (smallestFlops !== undefined && flops < smallestFlops) return { side: "below", factor: smallestFlops / flops };
  return { side: smallestFlops === undefined || largestFlops === undefined ? "unknown" : "inside", factor: 1 };
}

/** What one law says of the budget. */
export interface LawPlan {
  readonly choice: Choice;
  readonly law: NamedLaw;
  readonly made: Plan;
  readonly reach: Reach;
  /** Absent where the law predicts no loss over N and D. */
  readonly valley?: ValleyLaw;
  /** N_opt and D_opt from budget to budget. */
  readonly optima: readonly MappedModel[];
}

const isSize = (value: number): boolean => Number.isFinite(value) && value >= 1;
const logSpace = (low: number, high: number, points: number): number[] =>
  Array.from({ length: points }, (_, index) => low * (high / low) ** (index / (points - 1)));

/** A law's plan; undefined where its constants leave no model of at least one parameter and one token. */
export function planLaw(choice: Choice & { readonly law: NamedLaw }, flops: number): LawPlan | undefined {
  const { law } = choice;
  const { parameters, tokens } = law.optimum(flops);
  if (!isSize(parameters) || !isSize(tokens)) return undefined;
  const made = orThrow(plan(law, flops));
  const valley = valleyOf(choice.name, law, made.optimum);
  return {
    ...{ choice, law, made, reach: reachOf(law, flops) },
    ...(valley && { valley }),
    optima: logSpace(Math.min(1e17, flops / 10), Math.max(1e28, flops * 10), 64).map((at) => law.optimum(at)),
  };
}

function valleyOf(name: string, law: NamedLaw, optimum: Plan["optimum"]): ValleyLaw | undefined {
  const { parameters, tokens, loss, intervals95 } = optimum;
  if (law.loss === undefined || loss === undefined) return undefined;
  const sizes = logSpace(parameters / 12, parameters * 12, 97).map((n) => offOptimum(law, optimum, n)!);
  const withinCompute = sizesWithin(law, optimum, { extraCompute: TOLERATED.extraCompute });
  const withinLoss = sizesWithin(law, optimum, { lossShare: TOLERATED.lossShare });
  return {
    ...{ name, sizes },
    optimum: { parameters, tokens, loss, ...(intervals95 && { parametersInterval: intervals95.parameters }) },
    ...(withinCompute && { withinCompute }),
    ...(withinLoss && { withinLoss }),
  };
}

/** The model as good as the optimum that costs least with so many tokens served (Sardana et al. 2023). */
export interface ServedPlan extends InferenceAwareOptimum {
  /** From a fit's draws. */
  readonly intervals95?: OptimumIntervals;
  /** What the optimum of training alone would cost, training and serving together. */
  readonly usualFlops: number;
}

/** With serving counted; undefined where the law predicts no loss over N and D. */
export function planServed({ law, made }: LawPlan, served: number): ServedPlan | undefined {
  if (law.loss === undefined) return undefined;
  const { parameters, tokens } = made.optimum;
  const cost = law.compute ?? sixND;
  const found = orThrow(inferenceAwareOptimum(law.loss, made.optimum, served, cost));
  // A token served costs a third of a token trained.
  return { ...found, usualFlops: computeOf(cost, parameters, tokens + served / 3) };
}

/**
 * With few unique tokens (Muennighoff et al. 2023); undefined where the law is not E + A/N^alpha + B/D^beta. Without intervals,
 * which take a search for each of a fit's draws: intervals.ts has them.
 */
export function planLimited({ law, made }: LawPlan, unique: number): Alternative | undefined {
  if (law.chinchilla === undefined) return undefined;
  if (law.repetition?.intervals95 === undefined) return orThrow(dataConstrainedAlternative(law, made.optimum, unique));
  const { intervals95: _, ...repetition } = law.repetition;
  return orThrow(dataConstrainedAlternative({ ...law, repetition }, made.optimum, unique));
}
