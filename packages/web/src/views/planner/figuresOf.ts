import type { LossValleyData, ModelMapData } from "@isoflop/figures";
import { type Alternative, publishedModels } from "@isoflop/laws";
import { type LawPlan, type ServedPlan, TOLERATED } from "./planLaw.js";
import { asKnownModels } from "./wholeModel.js";

/** A plan with what its law is called in the language of the page. */
export interface NamedPlan {
  readonly name: string;
  readonly plan: LawPlan;
}

/** What the valley draws: the laws that predict a loss over N and D, each in the colour that it has in the map. */
export function valleyData(plans: readonly NamedPlan[], flops: number): LossValleyData {
  const laws = plans.flatMap(({ name, plan: { valley } }, category) => (valley ? [{ ...valley, name, category }] : []));
  return { flops, laws, tolerated: TOLERATED };
}

/** What the map draws, N as known models are told by where that can be had: every law's optimum among the published models, with what serving and few tokens make of it. */
export function mapData(
  plans: readonly NamedPlan[],
  flops: number,
  served: readonly (ServedPlan | undefined)[],
  limited: readonly (Alternative | undefined)[],
): ModelMapData {
  return {
    flops,
    laws: plans.map(({ name, plan }, index) => {
      const { made, optima } = plan;
      const { parameters, tokens, intervals95 } = made.optimum;
      const [withServing, withFew] = [served[index], limited[index]];
      return {
        name,
        optima: optima.map((one) => asKnownModels(plan, one)),
        optimum: asKnownModels(plan, {
          ...{ parameters, tokens, flops },
          ...(intervals95 && { parametersInterval: intervals95.parameters, tokensInterval: intervals95.tokens }),
        }),
        ...(withServing && {
          served: asKnownModels(plan, {
            parameters: withServing.parameters,
            tokens: withServing.tokens,
            flops: withServing.trainingFlops,
          }),
        }),
        ...(withFew && {
          limited: asKnownModels(plan, {
            parameters: withFew.parameters,
            tokens: withFew.tokens,
            flops: withFew.flops,
          }),
        }),
      };
    }),
    models: publishedModels,
  };
}
