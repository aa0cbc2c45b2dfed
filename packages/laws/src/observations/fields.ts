/** What a record can take from a table. */
export const FIELDS = [
  "parameters",
  "nonEmbedding",
  "embedding",
  "tokens",
  "flops",
  "loss",
  "trainLoss",
  "uniqueTokens",
  "epochs",
  "budget",
  "seed",
  "id",
  "step",
] as const;
/** One of the quantities that a column may hold: N, what of it are embeddings, D, C, losses, the unique tokens, the budget, and names. */
export type Field = (typeof FIELDS)[number];

/** The columns that the user names: "val_loss", with a unit "size*1e9", of a perplexity "ln(ppl)". */
export type ColumnMap = Readonly<Partial<Record<Field, string>>>;

/** One column in use: its value is scale * cell, or scale * ln(cell). */
export interface ColumnUse {
  readonly column: string;
  readonly scale: number;
  /** The column holds exp(loss): a perplexity. */
  readonly log?: true;
  /** Of losses that cannot be turned into nats per token. */
  readonly unit?: "bits per byte" | "bits per character" | "nats per byte";
}

/** What a form has chosen: a column by name, one with its unit, or that there is none; the names decide the rest. */
export type ColumnChoices = Readonly<Partial<Record<Field, string | ColumnUse | null>>>;

export type ColumnUses = Readonly<Partial<Record<Field, ColumnUse>>>;

/** The cells of one row that are of use, as the source holds them. */
export type Cells = Readonly<Partial<Record<Field, unknown>>>;
