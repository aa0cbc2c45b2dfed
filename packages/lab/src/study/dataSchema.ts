import { z } from "zod";
import { count } from "./fields.js";
import { parseQuantity } from "./quantity.js";

/** A part of the corpus, or a text of its own. */
const validationSchema = z
  .union([z.number(), z.string().min(1)], { error: "expected a part of the corpus such as 5%, or a text of its own" })
  .transform((value, context) => {
    const part = typeof value === "number" ? value : parseQuantity(value);
    if (part === undefined) return value;
    if (part > 0 && part <= 0.5) return part;
    context.addIssue({ code: "custom", message: "must be above 0 and at most 50%" });
    return z.NEVER;
  });

/** A vocabulary trained on the corpus has the 256 bytes, the end of text, and a token more at least. */
const vocabulary = count.refine((value) => value > 257 && value <= 2 ** 20, { error: "must be from 258 to 1048576" });

const tokenizerSchema = z.union(
  [
    z.literal("bytes"),
    z.strictObject({ bpe: vocabulary }),
    z.strictObject({ file: z.string().min(1), endOfText: z.string().min(1).optional() }),
    z
      .string()
      .regex(/\.json$/i)
      .transform((file) => ({ file })),
  ],
  { error: "expected bytes, { bpe: <size of the vocabulary> } or the path of a tokenizer.json" },
);

/** `data`: what is trained and validated on. */
export const dataSchema = z.strictObject({
  /** npm:<package>[@version], a .tgz, a text, JSONL or Parquet file, a folder or a glob. */
  corpus: z.string().min(1),
  /** Where JSONL and Parquet files have their texts. */
  field: z.string().min(1).default("text"),
  tokenizer: tokenizerSchema.default("bytes"),
  validation: validationSchema.default(0.05),
  /** Further texts to measure the loss on, by name. */
  validationSets: z
    .record(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, { error: "may hold letters, digits, '.', '_' and '-' only" }),
      z.string().min(1),
    )
    .default({}),
  /** Training tokens that a run may see; longer runs see them again. */
  uniqueTokens: count.optional(),
  /** Whether a run may see a token twice; by default only where uniqueTokens says how many there are. */
  repeat: z.boolean().optional(),
});
