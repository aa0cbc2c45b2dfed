import { IsoflopError } from "@isoflop/laws";
import { nearest } from "../study/nearest.js";

/** What a record can take from a table. */
export const FIELDS = [
  "parameters",
  "tokens",
  "flops",
  "loss",
  "budget",
  "seed",
  "id",
  "uniqueTokens",
  "epochs",
] as const;
export type Field = (typeof FIELDS)[number];

/** Names that published tables give to each quantity, compared without case, blanks and signs; the first found wins. */
const ALIASES: Readonly<Record<Field, readonly string[]>> = {
  parameters: [
    ...[
      "n",
      "params",
      "parameters",
      "nparams",
      "nparameters",
      "numparams",
      "numparameters",
      "modelsize",
      "modelparams",
    ],
    ...["modelparameters", "parametercount", "paramcount", "totalparams", "totalparameters", "ntotal", "size"],
    ...["nonembeddingparams", "nonembeddingparameters", "nnonembedding"],
  ],
  tokens: [
    ...[
      "d",
      "tokens",
      "trainingtokens",
      "traintokens",
      "ntokens",
      "numtokens",
      "tokenstotal",
      "totaltokens",
      "tokensseen",
    ],
    ...["trainingdata", "datasize", "datasetsize", "dtokens"],
  ],
  flops: [
    ...[
      "c",
      "flops",
      "flop",
      "compute",
      "trainingflop",
      "trainingflops",
      "trainflops",
      "trainingcompute",
      "totalflops",
    ],
    ...["trainingcomputeflop", "trainingcomputeflops"],
  ],
  loss: [
    ...["loss", "valloss", "validationloss", "testloss", "evalloss", "finalloss", "finalvalloss", "lossfinal", "l"],
    ...["trainloss", "trainingloss"],
  ],
  budget: ["budget", "isoflop", "isoflopbudget", "computebudget", "flopbudget", "flopsbudget", "isoflopgroup"],
  seed: ["seed", "randomseed"],
  id: ["id", "run", "runid", "name", "model"],
  uniqueTokens: ["uniquetokens", "tokensunique", "unique", "u", "ud", "uniquedata"],
  epochs: ["epochs", "passes"],
};

/** The user's short names in --columns. */
const SYMBOLS: Readonly<Record<string, Field>> = {
  N: "parameters",
  D: "tokens",
  C: "flops",
  L: "loss",
  U: "uniqueTokens",
};

export type ColumnMap = Readonly<Partial<Record<Field, string>>>;

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Which column holds what: as --columns says, and by the known names for the rest. Columns of no use are left alone. */
export function mapColumns(columns: readonly string[], chosen: ColumnMap, file: string): ColumnMap {
  for (const [field, column] of Object.entries(chosen)) {
    if (!columns.includes(column)) {
      const meant = nearest(column, columns);
      throw new IsoflopError({
        code: "columns-unknown",
        message: `${file} has no column ${JSON.stringify(column)} (--columns says it holds ${field}).`,
        hint: `${meant === undefined ? "" : `Did you mean ${meant}? `}Its columns: ${listed(columns)}.`,
      });
    }
  }
  const taken = new Set<string>();
  for (const [field, column] of Object.entries(chosen)) {
    if (!taken.has(column)) taken.add(column);
    else throw twice(`the column ${column}`, `${field} and another quantity`);
  }
  const found: Partial<Record<Field, string>> = { ...chosen };
  for (const field of FIELDS) {
    if (found[field] !== undefined) continue;
    const free = columns.filter((column) => !taken.has(column));
    const column = ALIASES[field]
      .map((alias) => free.find((name) => plain(name) === alias))
      .find((name) => name !== undefined);
    if (column !== undefined) {
      found[field] = column;
      taken.add(column);
    }
  }
  requireEnough(found, columns, file);
  return found;
}

/** Whether the column of N says that it leaves the embeddings out. */
export function countsNonEmbedding(map: ColumnMap): boolean {
  return plain(map.parameters ?? "").includes("nonembedding");
}

/** Names in one line: those with blanks, commas or line breaks in quotes. */
function listed(columns: readonly string[]): string {
  return columns.map((name) => (/^[^\s,"]+$/.test(name) ? name : JSON.stringify(name))).join(", ");
}

function requireEnough(map: ColumnMap, columns: readonly string[], file: string): void {
  const sizes = [map.parameters, map.tokens, map.flops].filter((column) => column !== undefined).length;
  if (map.loss !== undefined && sizes >= 2) return;
  const missing =
    map.loss === undefined
      ? "no column of losses"
      : "fewer than two columns of N (parameters), D (tokens) and C (FLOPs)";
  throw new IsoflopError({
    code: "columns-missing",
    message: `${file}: found ${missing} among ${listed(columns)}.`,
    hint: "Say which column is which: --columns N=params,D=tokens,loss=val_loss (any two of N, D, C will do).",
  });
}

function twice(what: string, where: string): IsoflopError {
  return new IsoflopError({
    code: "columns-syntax",
    message: `--columns gives ${what} twice: ${where}.`,
    hint: "Every quantity has a column of its own: --columns N=params,D=tokens,loss=val_loss.",
  });
}

/** Reads "N=params,D=tokens,loss=val_loss". Errors: columns-syntax. */
export function parseColumns(text: string): ColumnMap {
  const map: Partial<Record<Field, string>> = {};
  // A comma that no "name=" follows belongs to the name of a column.
  for (const part of text.split(/,(?=[^,=]*=)/)) {
    const equals = part.indexOf("=");
    const name = part.slice(0, equals).trim();
    const field =
      SYMBOLS[name.toUpperCase()] ?? FIELDS.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (equals < 0 || field === undefined || part.slice(equals + 1).trim() === "") {
      throw new IsoflopError({
        code: "columns-syntax",
        message: `--columns: cannot read ${JSON.stringify(part)}.`,
        hint: `Write for example N=params,D=tokens,loss=val_loss. Known on the left: N, D, C, L, ${FIELDS.join(", ")}.`,
      });
    }
    if (map[field] !== undefined) throw twice(field, `${map[field]} and ${part.slice(equals + 1).trim()}`);
    map[field] = part.slice(equals + 1).trim();
  }
  return map;
}
