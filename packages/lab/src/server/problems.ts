import { isIsoflopError } from "@isoflop/laws/error";
import type { Context } from "hono";
import { refuse } from "./security.js";

/** A failure as an answer: what the user can mend is said, what only we can is not spelled out to whoever asks. */
export function explain(error: unknown, context: Context): Response {
  if (!isIsoflopError(error)) return refuse(context, 500, "fault", "This is a fault of isoflop itself.");
  return refuse(context, error.exitCode === 2 ? 400 : 409, error.code, error.message, error.hint);
}
