import { IsoflopError } from "@isoflop/laws";
import type { Series } from "./series.js";

/** Which value of a run's losses is its loss. */
export type LossRule =
  | { readonly kind: "last" }
  /** Mean of the last so many. */
  | { readonly kind: "mean"; readonly count: number }
  /** Exponential mean: each loss weighs `decay` times the one after it. */
  | { readonly kind: "smooth"; readonly decay: number }
  /** Least validation loss: of runs that go on until they overfit. */
  | { readonly kind: "min-val" };

/** Reads "last", "mean:100", "smooth:0.99", "min-val". Errors: loss-rule. */
export function parseLossRule(text: string): LossRule {
  const [, kind, number] = /^(last|mean|smooth|min-val)(?::(.+))?$/.exec(text) ?? [];
  const value = Number(number);
  if (kind === "last" && number === undefined) return { kind };
  if (kind === "min-val" && number === undefined) return { kind };
  if (kind === "mean" && Number.isInteger(value) && value > 0) return { kind, count: value };
  if (kind === "smooth" && value > 0 && value < 1) return { kind, decay: value };
  throw new IsoflopError({
    code: "loss-rule",
    message: `--loss: cannot read ${JSON.stringify(text)}.`,
    hint: "Write last, mean:100 (the last 100 values), smooth:0.99 (exponential mean) or min-val.",
  });
}

export function shownRule(rule: LossRule): string {
  if (rule.kind === "mean") return `mean of the last ${rule.count}`;
  if (rule.kind === "smooth") return `exponential mean (${rule.decay})`;
  return rule.kind === "last" ? "last" : "least";
}

/** The loss and the step that it belongs to, of a series that is not empty. */
export function lossBy({ steps, values }: Series, rule: LossRule): { readonly loss: number; readonly step: number } {
  const step = steps.at(-1)!;
  if (rule.kind === "mean") {
    const last = values.slice(-rule.count);
    return { loss: last.reduce((sum, value) => sum + value, 0) / last.length, step };
  }
  if (rule.kind === "smooth") {
    let [sum, weights, weight] = [0, 0, 1];
    for (let i = values.length - 1; i >= 0 && weight > 1e-12; i--) {
      sum += weight * values[i]!;
      weights += weight;
      weight *= rule.decay;
    }
    return { loss: sum / weights, step };
  }
  if (rule.kind === "last") return { loss: values.at(-1)!, step };
  let least = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! < values[least]!) least = i;
  return { loss: values[least]!, step: steps[least]! };
}
