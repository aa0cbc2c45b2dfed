import type { RunSpec } from "@isoflop/trainer";
import { RULE_BATCH_TOKENS, RULE_LEARNING_RATE, resolveParametrisation } from "./hyperparameters.js";
import type { Study } from "./schema.js";
import { ARCHITECTURES } from "./shapeSchema.js";

/** The learning rate and the batch of a study, and who chose them; part of every run.json. */
export type Settled = NonNullable<RunSpec["choices"]>;

/**
 * For which of a study's choices a rule was measured (dev/LOG.md). The learning rate: for the compact family under muP. The
 * batch: for bytes of English text, whatever the shape; the critical batch depends on the loss, not on the model's size
 * (Kaplan et al. 2020, section 5.1), and the loss of other tokens is another.
 */
function rulesApply(study: Study): { readonly learningRate: boolean; readonly batch: boolean } {
  const { shapes } = study.design;
  const compact = Object.entries(ARCHITECTURES.compact).every(
    ([key, value]) => shapes[key as keyof typeof ARCHITECTURES.compact] === value,
  );
  const bytes = study.data.tokenizer === "bytes";
  const mup = resolveParametrisation(study.hyperparameters).kind === "mup";
  return { learningRate: compact && bytes && mup, batch: bytes };
}

/** What a study leaves to a sweep: what it says so of, and what is `auto` where no rule was measured. */
export function leftToSweep(study: Study): { readonly learningRate: boolean; readonly batch: boolean } {
  const { lr, batch } = study.hyperparameters;
  const rules = rulesApply(study);
  return {
    learningRate: lr === "sweep" || (lr === "auto" && !rules.learningRate),
    batch: batch === "sweep" || (batch === "auto" && !rules.batch),
  };
}

/** The study's numbers where it gives some; elsewhere the rules, which also are where a sweep begins. */
export function unsweptChoices({ hyperparameters: { lr, batch } }: Study): Settled {
  return {
    learningRate: typeof lr === "number" ? { by: "user", value: lr } : { by: "rule", value: RULE_LEARNING_RATE },
    batch: typeof batch === "number" ? { by: "user", value: batch } : { by: "rule", value: RULE_BATCH_TOKENS },
  };
}
