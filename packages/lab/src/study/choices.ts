import type { RunSpec } from "@isoflop/trainer";
import { RULE_BATCH_TOKENS, RULE_LEARNING_RATE, resolveParametrisation } from "./hyperparameters.js";
import type { Study } from "./schema.js";
import { ARCHITECTURES } from "./shapeSchema.js";

/** The learning rate and the batch of a study, and who chose them; part of every run.json. */
export type Settled = NonNullable<RunSpec["choices"]>;

/** Whether the rules were measured for models like these: the compact family under muP, bytes as tokens (dev/LOG.md). */
export function rulesApply(study: Study): boolean {
  const { shapes } = study.design;
  const measured = Object.entries(ARCHITECTURES.compact).every(
    ([key, value]) => shapes[key as keyof typeof ARCHITECTURES.compact] === value,
  );
  return measured && study.data.tokenizer === "bytes" && resolveParametrisation(study.hyperparameters).kind === "mup";
}

/** What a study leaves to a sweep: what it says so of, and what is `auto` where no rule was measured. */
export function leftToSweep(study: Study): { readonly learningRate: boolean; readonly batch: boolean } {
  const { lr, batch } = study.hyperparameters;
  const swept = (choice: number | "auto" | "rule" | "sweep") =>
    choice === "sweep" || (choice === "auto" && !rulesApply(study));
  return { learningRate: swept(lr), batch: swept(batch) };
}

/** The study's numbers where it gives some; elsewhere the rules, which also are where a sweep begins. */
export function unsweptChoices({ hyperparameters: { lr, batch } }: Study): Settled {
  return {
    learningRate: typeof lr === "number" ? { by: "user", value: lr } : { by: "rule", value: RULE_LEARNING_RATE },
    batch: typeof batch === "number" ? { by: "user", value: batch } : { by: "rule", value: RULE_BATCH_TOKENS },
  };
}
