import type { RunRecord } from "../record.js";
import { readCell } from "./cells.js";
import { countedParameters } from "./columns.js";
import type { Cells, ColumnUses, Field } from "./fields.js";

/**
 * N, and training FLOPs per token, of one run by every count that is known of it: what a fit under another convention than the record's
 * own needs (Pearce & Song 2024, Porian et al. 2024). C = 6ND follows from N.
 */
export interface RunCounts {
  /** N with the embeddings. */
  readonly total?: number;
  /** N without embeddings and unembedding. */
  readonly nonEmbedding?: number;
  /** By Kaplan et al. 2020, equation 2.2, and by Hoffmann et al. 2022, appendix F. */
  readonly flopsPerToken?: { readonly kaplan?: number; readonly hoffmann?: number };
}

/** A record with what else is known of its run's size. */
export interface CountedRecord extends RunRecord {
  readonly counts?: RunCounts;
}

/**
 * What a row's columns say of the embeddings beside its N: the count without them, or theirs alone, which is what the total has more.
 * Undefined where they tell no second count, or one that no model has.
 */
export function countsOf(cells: Cells, uses: ColumnUses, parameters: number): RunCounts | undefined {
  const read = (field: Field) => {
    const use = uses[field];
    return use === undefined ? undefined : readCell(cells[field], field, use);
  };
  const kind = countedParameters(uses);
  const [embedding, without] = [read("embedding"), read("nonEmbedding")];
  if (kind === "non-embedding") {
    if (embedding === undefined || !isSize(embedding)) return undefined;
    return { total: parameters + embedding, nonEmbedding: parameters };
  }
  const nonEmbedding = without ?? (embedding === undefined ? undefined : parameters - embedding);
  if (nonEmbedding === undefined || !isSize(nonEmbedding) || nonEmbedding > parameters) return undefined;
  return { ...(kind === "total" ? { total: parameters } : {}), nonEmbedding };
}

const isSize = (value: number): boolean => Number.isFinite(value) && value > 0;
