import type { LossValleyData, ModelMapData } from "@isoflop/figures";
import { type Alternative, publishedModels } from "@isoflop/laws";
import { type LawPlan, type ServedPlan, TOLERATED } from "./planLaw.js";

/** What the valley draws: the laws that predict a loss over N and D. */
export function valleyData(plans: readonly LawPlan[], flops: number): LossValleyData {
  return { flops, laws: plans.flatMap(({ valley }) => (valley === undefined ? [] : [valley])), tolerated: TOLERATED };
}

/** What the map draws: every law's optimum among the published models, with what serving and few tokens make of it. */
export function mapData(
  plans: readonly LawPlan[],
  flops: number,
  served: readonly (ServedPlan | undefined)[],
  limited: readonly (Alternative | undefined)[],
): ModelMapData {
  return {
    flops,
    laws: plans.map(({ choice, made, optima }, index) => {
      const { parameters, tokens, intervals95 } = made.optimum;
      const [withServing, withFew] = [served[index], limited[index]];
      return {
        ...{ name: choice.name, optima },
        optimum: {
          ...{ parameters, tokens, flops },
          ...(intervals95 && { parametersInterval: intervals95.parameters, tokensInterval: intervals95.tokens }),
        },
        ...(withServing && {
          served: {
            parameters: withServing.parameters,
            tokens: withServing.tokens,
            flops: withServing.trainingFlops,
          },
        }),
        ...(withFew && { limited: { parameters: withFew.parameters, tokens: withFew.tokens, flops: withFew.flops } }),
      };
    }),
    models: publishedModels,
  };
}
