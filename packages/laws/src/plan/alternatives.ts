import { IsoflopError } from "../error.js";
import type { Interval, Optimum, OptimumIntervals } from "../fit/result.js";
import { dataConstrained, effectiveSizes, leastLossOfData } from "../laws/dataConstrained.js";
import { NO_DECAY } from "../laws/forms/repetition.js";
import { computeOf, sixND } from "../model/computeCost.js";
import type { NamedLaw } from "../published/law.js";
import { muennighoffRepetition } from "../published/muennighoff.js";
import { formatCount, formatFlops } from "../units/quantity.js";
import { inferenceAwareOptimum } from "./inferenceAware.js";

/** A model one might train instead of the optimum. */
export interface Alternative {
  readonly kind: "half-size" | "double-size" | "data-constrained" | "inference-aware";
  readonly flops: number;
  readonly parameters: number;
  readonly tokens: number;
  /** Passes over the unique tokens; data-constrained only. */
  readonly epochs?: number;
  readonly loss?: number;
  /** Loss above the optimum's, nats per token. */
  readonly lossPenalty?: number;
  /** Percentiles over a fit's draws; data-constrained only, where the law's repetition has them. */
  readonly intervals95?: OptimumIntervals & { readonly epochs: Interval };
  readonly note: string;
}

/** Half and twice the optimal size for the same compute: what being off the optimum costs. */
export function sizeAlternatives(law: NamedLaw, optimum: Optimum): Alternative[] {
  const exponent = (law.compute ?? sixND).exponent;
  return (
    [
      ["half-size", 0.5],
      ["double-size", 2],
    ] as const
  ).map(([kind, factor]) => {
    const parameters = optimum.parameters * factor;
    const tokens = optimum.tokens * factor ** -exponent;
    const loss = law.loss?.(parameters, tokens);
    return {
      kind,
      flops: optimum.flops,
      parameters,
      tokens,
      ...(loss !== undefined && { loss, lossPenalty: loss - law.loss!(optimum.parameters, optimum.tokens) }),
      note:
        factor < 1
          ? "Cheaper to serve: half the parameters, trained for longer."
          : "Twice the parameters, trained for less long.",
    };
  });
}

/** Within so many nats of the least loss that the data allow, more compute buys nothing that could be measured. */
const EXHAUSTED = 1e-3;

/**
 * The best model for the same compute when only so many unique tokens exist, by Muennighoff's decay of repeated data
 * with the law's own E, A, B, alpha, beta, and its own R_D* and R_N* where it has them.
 * @throws IsoflopError "law-without-loss", "bad-unique-tokens"
 */
export function dataConstrainedAlternative(law: NamedLaw, optimum: Optimum, uniqueTokens: number): Alternative {
  if (!(uniqueTokens > 0 && Number.isFinite(uniqueTokens))) {
    throw new IsoflopError({
      code: "bad-unique-tokens",
      message: `Unique tokens must be positive, not ${uniqueTokens}.`,
      hint: "Write 100B.",
    });
  }
  const constants = law.chinchilla;
  if (!constants) throw withoutLoss(law, "a limit of unique tokens");
  const { RD, RN, form, source, intervals95: drawn } = law.repetition ?? muennighoffRepetition;
  const parameters = { ...constants, RD, RN };
  const found = dataConstrained(uniqueTokens, form).optimum(parameters, optimum.flops, law.compute ?? sixND);
  const effective = effectiveSizes(parameters, found.parameters, found.tokens, uniqueTokens, form);
  const intervals95 = drawn?.(optimum.flops, uniqueTokens);
  const epochs = Math.max(1, found.tokens / uniqueTokens);
  const exhausted = found.loss! - leastLossOfData(parameters, uniqueTokens) < EXHAUSTED;
  const outcome = exhausted
    ? `${formatCount(uniqueTokens)} unique tokens are exhausted: no compute betters this by ${EXHAUSTED} nats, so N and the passes are hardly determined, and a smaller budget does as well.`
    : epochs > 1
      ? `${epochs.toPrecision(2)} passes over ${formatCount(uniqueTokens)} unique tokens, worth ${formatCount(effective.tokens)} unique ones.`
      : `${formatCount(uniqueTokens)} unique tokens suffice: nothing repeats.`;
  return {
    kind: "data-constrained",
    flops: optimum.flops,
    parameters: found.parameters,
    tokens: found.tokens,
    epochs,
    loss: found.loss!,
    lossPenalty: found.loss! - optimum.loss!,
    ...(intervals95 && { intervals95 }),
    note: `${outcome} R_D* ${repetitions(RD)} and R_N* ${repetitions(RN)} are of ${source}${law.repetition ? "" : ", who fitted them upon another law"}${intervals95 ? "" : "; they come without draws, so no interval is given"}.`,
  };
}

function repetitions(scale: number): string {
  return scale >= NO_DECAY ? "infinite" : String(Number(scale.toPrecision(4)));
}

/**
 * The model as good as the optimum that costs least over training and serving.
 * @throws IsoflopError "law-without-loss", "bad-inference-tokens"
 */
export function inferenceAwareAlternative(law: NamedLaw, optimum: Optimum, inferenceTokens: number): Alternative {
  if (!law.loss) throw withoutLoss(law, "the cost of serving");
  const cost = law.compute ?? sixND;
  const found = inferenceAwareOptimum(law.loss, optimum, inferenceTokens, cost);
  const usual = computeOf(cost, optimum.parameters, optimum.tokens + inferenceTokens / 3);
  const saved = 100 * (1 - found.totalFlops / usual);
  return {
    kind: "inference-aware",
    flops: found.trainingFlops,
    parameters: found.parameters,
    tokens: found.tokens,
    loss: found.loss,
    lossPenalty: 0,
    note: `The same loss for ${formatFlops(found.totalFlops)} FLOPs in all, serving ${formatCount(inferenceTokens)} tokens included: ${saved.toFixed(1)} % less.`,
  };
}

function withoutLoss(law: NamedLaw, question: string): IsoflopError {
  return new IsoflopError({
    code: "law-without-loss",
    message: `The law "${law.name}" predicts no loss over N and D, so it cannot weigh ${question}.`,
    hint: "Use besiroglu-2024, muennighoff-2023, hoffmann-2022-approach-3, or a fit of approach 3.",
  });
}
