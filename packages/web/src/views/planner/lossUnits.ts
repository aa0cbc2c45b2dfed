import type { LossUnit } from "@isoflop/figures/lossUnit";
import type { LawPlan } from "./planLaw.js";

/** What a law's losses are in: published ones and typed constants tell nats per token. */
export const unitOf = ({ choice }: Pick<LawPlan, "choice">): LossUnit => choice.fitted?.lossUnit ?? "nats per token";

/** The one unit of all losses that these laws predict, or that there are several. */
export function commonUnit(plans: readonly LawPlan[]): LossUnit | "several" {
  const units = new Set(plans.filter(({ made }) => made.optimum.loss !== undefined).map(unitOf));
  const [first = "nats per token"] = units;
  return units.size > 1 ? "several" : first;
}

/** Whether losses stand side by side that no one may compare: of several laws, each of a tokenizer and a text of its own. */
export const incomparable = (plans: readonly LawPlan[]): boolean =>
  plans.filter(({ made }) => made.optimum.loss !== undefined).length > 1;
