import { IsoflopError } from "../error.js";
import type { Optimum, OptimumIntervals } from "../fit/result.js";
import type { NamedLaw } from "../published/law.js";
import type { CountingConvention } from "../record.js";
import { flopsToPfDays } from "../units/flops.js";
import {
  type Alternative,
  dataConstrainedAlternative,
  inferenceAwareAlternative,
  sizeAlternatives,
} from "./alternatives.js";
import { compareModels, type ModelComparison } from "./comparisons.js";

/** What limits a plan beside its compute. */
export interface PlanOptions {
  /** Unique tokens that exist, when they are few. */
  readonly uniqueTokens?: number;
  /** Tokens that the model will serve over its life. */
  readonly inferenceTokens?: number;
}

/** What to train with a budget, by one law. Plain data. */
export interface Plan {
  readonly law: { readonly name: string; readonly title: string; readonly source: string };
  readonly convention: CountingConvention;
  readonly compute: { readonly flops: number; readonly pfDays: number };
  readonly optimum: Optimum & { readonly intervals95?: OptimumIntervals };
  readonly alternatives: readonly Alternative[];
  /** Published models against this law. */
  readonly comparisons: readonly ModelComparison[];
  readonly notes: readonly string[];
}

const NO_INTERVAL =
  "No interval is given: the law comes as point estimates, without the runs or draws that one could be made from. A fit of your own has them.";

/**
 * The compute-optimal model for a budget, with what stands beside it.
 * @param flops C in the law's convention
 * @throws IsoflopError "bad-budget", "law-without-loss", "bad-unique-tokens", "bad-inference-tokens"
 */
export function plan(law: NamedLaw, flops: number, options: PlanOptions = {}): Plan {
  if (!(flops > 0 && Number.isFinite(flops))) {
    throw new IsoflopError({
      code: "bad-budget",
      message: `The budget must be a positive number of FLOPs, not ${flops}.`,
      hint: "Write --flops 5.76e23, --pf-days 3640, or --gpus 64xH100 --days 14.",
    });
  }
  const optimum = law.optimum(flops);
  const intervals95 = law.intervals95?.(flops);
  return {
    law: { name: law.name, title: law.title, source: law.source },
    convention: law.convention,
    compute: { flops, pfDays: flopsToPfDays(flops) },
    optimum: { ...optimum, ...(intervals95 && { intervals95 }) },
    alternatives: [
      ...sizeAlternatives(law, optimum),
      ...(options.uniqueTokens === undefined ? [] : [dataConstrainedAlternative(law, optimum, options.uniqueTokens)]),
      ...(options.inferenceTokens === undefined
        ? []
        : [inferenceAwareAlternative(law, optimum, options.inferenceTokens)]),
    ],
    comparisons: compareModels(law),
    notes: [
      ...law.notes,
      ...(law.cautions?.(flops) ?? []),
      ...(intervals95 ? [] : [law.withoutIntervals ?? NO_INTERVAL]),
    ],
  };
}
