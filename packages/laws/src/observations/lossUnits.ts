import { IsoflopError } from "../error.js";
import type { ColumnUses } from "./fields.js";

/**
 * Bits per byte and nats per token in one fit would be two laws.
 * @throws IsoflopError "mixed-units"
 */
export function checkLossUnits(tables: readonly { readonly source: string; readonly uses: ColumnUses }[]): void {
  const [first, ...rest] = tables.map(({ source, uses }) => ({ source, unit: uses.loss?.unit ?? "nats per token" }));
  const other = rest.find(({ unit }) => unit !== first?.unit);
  if (first === undefined || other === undefined) return;
  throw new IsoflopError({
    code: "mixed-units",
    message: `The losses of ${first.source} are in ${first.unit}, those of ${other.source} in ${other.unit}.`,
    hint: "Fit each by itself, or name columns of the same unit: --columns loss=….",
  });
}
