import type { RunRecord } from "../record.js";
import { isEmpty, readCell, shownCell } from "./cells.js";
import { type CountedRecord, countsOf } from "./counts.js";
import type { Cells, ColumnUses, Field } from "./fields.js";

/** How a missing one of N, D, C was made, by Hoffmann et al. 2022, section 3.3: C = 6ND. */
export type Derivation = "C = 6ND" | "D = C/6N" | "N = C/6D";

export type ParsedRow =
  | { readonly record: CountedRecord; readonly derived: Derivation | undefined }
  | { readonly reason: string };

/** One row as a record, or the reason why it cannot be one. `fallbackId` names it where no column does. */
export function toRecord(cells: Cells, uses: ColumnUses, fallbackId: string): ParsedRow {
  const read = (field: Field) => {
    const use = uses[field];
    return use === undefined ? undefined : readCell(cells[field], field, use);
  };
  let [parameters, tokens, flops] = [read("parameters"), read("tokens"), read("flops")];
  const loss = read("loss");
  for (const [field, value] of Object.entries({ parameters, tokens, flops, loss }) as [Field, number | undefined][]) {
    if (value === undefined || (value > 0 && Number.isFinite(value))) continue;
    const column = uses[field]?.log ? `ln(${uses[field].column})` : uses[field]?.column;
    if (Number.isNaN(value)) return { reason: `${column} is not a number (${shownCell(cells[field])})` };
    return { reason: `${column} is not ${value <= 0 ? "positive" : "finite"} (${shownCell(cells[field])})` };
  }
  if (loss === undefined) return { reason: `${uses.loss?.column} is empty` };
  let derived: Derivation | undefined;
  if (flops === undefined && parameters !== undefined && tokens !== undefined) {
    flops = 6 * parameters * tokens;
    derived = "C = 6ND";
  } else if (tokens === undefined && parameters !== undefined && flops !== undefined) {
    tokens = flops / (6 * parameters);
    derived = "D = C/6N";
  } else if (parameters === undefined && tokens !== undefined && flops !== undefined) {
    parameters = flops / (6 * tokens);
    derived = "N = C/6D";
  }
  if (parameters === undefined || tokens === undefined || flops === undefined) {
    return { reason: "fewer than two of N, D and C are given" };
  }
  if (!(Number.isFinite(parameters) && Number.isFinite(tokens) && Number.isFinite(flops) && flops * tokens > 0)) {
    return { reason: `${derived ?? "N, D and C"} is beyond what a number can hold` };
  }
  const [budget, seed, unique, epochs] = [read("budget"), read("seed"), read("uniqueTokens"), read("epochs")];
  for (const [field, value] of Object.entries({ uniqueTokens: unique, epochs }) as [Field, number | undefined][]) {
    if (value !== undefined && !(value > 0 && Number.isFinite(value))) {
      return { reason: `${uses[field]?.column} is not a positive number (${shownCell(cells[field])})` };
    }
  }
  // Less than one pass repeats nothing.
  const counts = countsOf(cells, uses, parameters);
  const uniqueTokens = unique ?? (epochs === undefined ? undefined : tokens / Math.max(1, epochs));
  return {
    derived,
    record: {
      id: isEmpty(cells.id) ? fallbackId : String(cells.id),
      parameters,
      tokens,
      flops,
      loss,
      ...(budget !== undefined && budget > 0 && Number.isFinite(budget) ? { budget } : {}),
      ...(seed !== undefined && Number.isInteger(seed) ? { seed } : {}),
      ...(uniqueTokens === undefined ? {} : { uniqueTokens }),
      ...(counts === undefined ? {} : { counts }),
    },
  };
}

/** C within 1 % of 6ND: the source counted as Hoffmann et al. 2022, section 3.3 do. */
export function isSixN(record: RunRecord): boolean {
  return Math.abs(record.flops / (6 * record.parameters * record.tokens) - 1) < 0.01;
}
