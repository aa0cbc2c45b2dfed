import type { NamedLaw } from "../published/law.js";
import { type PublishedModel, publishedModels } from "../published/models.js";

/** A published model against what a law would have trained with its compute. */
export interface ModelComparison {
  readonly name: string;
  readonly year: number;
  readonly parameters: number;
  readonly tokens: number;
  /** 6ND. */
  readonly flops: number;
  readonly tokensPerParameter: number;
  /** The law's optimum for the same compute. */
  readonly optimalParameters: number;
  readonly optimalTokens: number;
  /** N over N_opt: above one, oversized by this law. */
  readonly sizeRatio: number;
  /** Loss of the model above the optimum's by the law, nats per token, where it predicts loss. */
  readonly lossPenalty?: number;
}

/** Published models by a law. N is the models' total count, whatever the law's own. */
export function compareModels(law: NamedLaw, models: readonly PublishedModel[] = publishedModels): ModelComparison[] {
  return models.map(({ name, year, parameters, tokens }) => {
    const flops = 6 * parameters * tokens;
    const optimum = law.optimum(flops);
    const lossPenalty = law.loss && law.loss(parameters, tokens) - law.loss(optimum.parameters, optimum.tokens);
    return {
      name,
      year,
      parameters,
      tokens,
      flops,
      tokensPerParameter: tokens / parameters,
      optimalParameters: optimum.parameters,
      optimalTokens: optimum.tokens,
      sizeRatio: parameters / optimum.parameters,
      ...(lossPenalty !== undefined && { lossPenalty }),
    };
  });
}
