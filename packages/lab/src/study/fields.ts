import { z } from "zod";
import { parseQuantity } from "./quantity.js";

/** A number, also as "1e18", "70B", "20 PF-days" or "5%". */
export const quantity = z
  .union([z.number(), z.string()], { error: "expected a number such as 1e18, 70B or 20PF-days" })
  .transform((value, context) => {
    const number = typeof value === "number" ? value : parseQuantity(value);
    if (number !== undefined && Number.isFinite(number)) return number;
    context.addIssue({ code: "custom", message: "expected a number such as 1e18, 70B or 20PF-days" });
    return z.NEVER;
  });
export const positive = quantity.refine((value) => value > 0, { error: "must be greater than 0" });
export const count = quantity.refine((value) => Number.isInteger(value) && value >= 1, {
  error: "must be a whole number of at least 1",
});
export const fraction = quantity.refine((value) => value > 0 && value <= 0.5, {
  error: "must be above 0 and at most 50%",
});
export const unit = quantity.refine((value) => value >= 0 && value < 1, { error: "must be at least 0 and below 1" });
export const share = quantity.refine((value) => value >= 0 && value <= 1, { error: "must lie between 0 and 1" });
export const notNegative = quantity.refine((value) => value >= 0, { error: "must not be negative" });

/** `auto`, or what the user wants instead. */
export const orAuto = <T extends z.ZodType>(schema: T, what: string) =>
  z.union([z.literal("auto"), schema], { error: `expected auto or ${what}` });

/** A length of training, in one unit or the other. */
export type TrainingLength = { readonly steps: number } | { readonly tokens: number };

/** "3000 steps" or "1.5B tokens". */
export const trainingLength = z.string().transform((text, context): TrainingLength => {
  const [, number = "", unit] = /^(.*\S)\s+(steps?|tokens?)$/.exec(text.trim()) ?? [];
  const value = parseQuantity(number);
  if (value !== undefined && Number.isFinite(value) && value >= 0 && unit !== undefined) {
    return unit.startsWith("step") ? { steps: Math.round(value) } : { tokens: value };
  }
  context.addIssue({ code: "custom", message: "expected a length such as 3000 steps or 1.5B tokens" });
  return z.NEVER;
});
