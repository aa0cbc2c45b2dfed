import { IsoflopError } from "@isoflop/laws";
import type { RunSpec } from "../contract/runSpec.js";

/** The tokens of a text, as the model was trained on them. */
export type Encode = (text: string) => Int32Array;

/** A byte is a token. */
export const encodeBytes: Encode = (text) => Int32Array.from(new TextEncoder().encode(text));

/** The encoder of a run's tokenizer. Errors: tokenizer-unknown. */
export function encoderOf({ tokenizer }: RunSpec["data"]): Encode {
  if (tokenizer === "bytes") return encodeBytes;
  throw new IsoflopError({
    code: "tokenizer-unknown",
    message: `tasks cannot be scored under the tokenizer ${tokenizer}: the built-in trainer knows bytes`,
    hint: "leave `tasks` out, or take tokenizer: bytes",
  });
}
