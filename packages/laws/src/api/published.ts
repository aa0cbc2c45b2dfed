import { attempt, type Outcome } from "../outcome.js";
import type { NamedLaw } from "../published/law.js";
import { publishedLaw as lawNamed } from "../published/laws.js";

/**
 * A published law by its name: constants, source, and the optimum for a budget. `publishedLaws` lists them all.
 *
 * @param name as "hoffmann-2022-approach-3"; case does not matter
 * @returns the law. Errors: "unknown-law"
 *
 * @example
 * const law = publishedLaw("besiroglu-2024");
 * if (!isIsoflopError(law)) law.optimum(1e21).parameters;
 */
export function publishedLaw(name: string): Outcome<NamedLaw> {
  return attempt(() => lawNamed(String(name)));
}
