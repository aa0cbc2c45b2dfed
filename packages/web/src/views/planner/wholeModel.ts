import { type Interval, type NamedLaw, sixND, totalParameters } from "@isoflop/laws";
import type { Choice, LawPlan } from "./planLaw.js";

/** From a law's N to that of the whole model, and whose embeddings those are. */
export interface WholeModel {
  readonly of: (parameters: number) => number;
  /** "shapes": the runs that were fitted. "pearce-song": those of Kaplan et al. 2020, by Pearce & Song 2024. */
  readonly by: "shapes" | "pearce-song";
}

/** Whether a law's N leaves the embeddings out. */
export const leavesOut = ({ convention }: NamedLaw): boolean => convention.parameters === "non-embedding";

/** Of a law whose N leaves the embeddings out; undefined of any other, and where they are not known. */
export function wholeModel(law: NamedLaw, embeddings: Choice["embeddings"]): WholeModel | undefined {
  if (!leavesOut(law)) return undefined;
  if (embeddings !== undefined) {
    const { coefficient, exponent } = embeddings;
    return { of: (parameters) => parameters + coefficient * parameters ** exponent, by: "shapes" };
  }
  return law.name === "kaplan-2020" ? { of: totalParameters, by: "pearce-song" } : undefined;
}

/** An optimum with the N that known models are told by, where that can be had. */
export function asKnownModels<Model extends { readonly parameters: number; readonly parametersInterval?: Interval }>(
  { law, choice }: Pick<LawPlan, "law" | "choice">,
  model: Model,
): Model {
  const whole = wholeModel(law, choice.embeddings);
  if (whole === undefined) return model;
  const { parameters, parametersInterval: interval } = model;
  return {
    ...model,
    parameters: whole.of(parameters),
    ...(interval && { parametersInterval: [whole.of(interval[0]), whole.of(interval[1])] as const }),
  };
}

/** Which of the texts on C says how a law counts it: 6ND of another N than the law's own is that of all parameters. */
export function computeCount({ convention: { parameters, flops }, compute = sixND }: NamedLaw) {
  const own = compute.coefficient === sixND.coefficient && compute.exponent === sixND.exponent;
  return parameters === "non-embedding" && flops === "6N" && !own ? "6N-total" : flops;
}
