import { z } from "zod";
import { count, fraction, notNegative, orAuto, positive, quantity, share, trainingLength, unit } from "./fields.js";

const partOfSteps = quantity.refine((value) => value >= 0 && value < 1, {
  error: "must be a part of the steps, below 1, or a length such as 100 steps or 50k tokens",
});

/** Keys that belong to one schedule only. */
const OF_ONE_SCHEDULE = { decay: "wsd", decayForm: "wsd", length: "kaplan" } as const;

/** `hyperparameters`: how every run is trained. */
export const hyperparametersSchema = z
  .strictObject({
    /** Tokens in a batch; or where they come from: the rule, a sweep, or auto: the rule where it was measured, else a sweep. */
    batch: z
      .union([z.enum(["auto", "rule", "sweep"]), count], { error: "expected auto, rule, sweep or a number of tokens" })
      .default("auto"),
    /** Tokens whose gradients are computed at a time; auto: the whole batch, where the memory suffices. */
    microBatch: orAuto(count, "a number of tokens").default("auto"),
    /** Peak learning rate; or where it comes from, as for the batch. */
    lr: z
      .union([z.enum(["auto", "rule", "sweep"]), positive], { error: "expected auto, rule, sweep or a learning rate" })
      .default("auto"),
    /** What a sweep may cost: a part of the FLOPs of the study's runs. */
    sweepShare: fraction.default(0.05),
    schedule: z.enum(["cosine", "constant", "wsd", "kaplan"]).default("cosine"),
    /** A part of the steps, or a length; auto: 5 %; kaplan: 1.2 % of the schedule's length, the same for every run. */
    warmup: z
      .union([z.literal("auto"), partOfSteps, trainingLength], {
        error: "expected auto, a part of the steps such as 5%, or a length such as 100 steps or 50k tokens",
      })
      .default("auto"),
    /** Final learning rate over the peak. auto: 10 % (Hoffmann et al. 2022, section 3.1); wsd and kaplan: 0. */
    floor: orAuto(share, "a part of the peak such as 10%").default("auto"),
    /** Part of the steps in which wsd's learning rate falls; 20 %. */
    decay: unit.refine((value) => value > 0, { error: "must be greater than 0" }).optional(),
    /** How it falls: 1 - sqrt, or in a line; sqrt. */
    decayForm: z.enum(["sqrt", "linear"]).optional(),
    /** Length of kaplan's cosine, one for all runs; auto: that of the study's longest run. */
    length: orAuto(trainingLength, "a length such as 3000 steps or 1.5B tokens").optional(),
    betas: orAuto(z.tuple([unit, unit]), "two numbers such as [0.9, 0.95]").default("auto"),
    epsilon: positive.default(1e-8),
    weightDecay: orAuto(notNegative, "a number").default("auto"),
    /** Under muP: the decay of a step does not fall with the width, as the matrices' learning rate does. */
    independentWeightDecay: z.boolean().default(false),
    clip: positive.default(1),
    parametrisation: orAuto(z.enum(["mup", "standard"]), "mup or standard").default("auto"),
  })
  .superRefine((choices, context) => {
    for (const [key, schedule] of Object.entries(OF_ONE_SCHEDULE)) {
      if (choices[key as keyof typeof OF_ONE_SCHEDULE] === undefined || choices.schedule === schedule) continue;
      context.addIssue({
        code: "custom",
        path: [key],
        message: `belongs to schedule: ${schedule}, and this is ${choices.schedule}`,
      });
    }
    const { length, warmup, decay = 0 } = choices;
    if (typeof length === "object" && !(("steps" in length ? length.steps : length.tokens) > 0)) {
      context.addIssue({ code: "custom", path: ["length"], message: "must be greater than 0" });
    }
    if (typeof warmup === "number" && decay > 0 && warmup < 1 && warmup + decay >= 1) {
      context.addIssue({ code: "custom", path: ["decay"], message: "leaves nothing between warm-up and decay" });
    }
  });

export type Hyperparameters = z.output<typeof hyperparametersSchema>;
