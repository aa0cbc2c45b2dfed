import { IsoflopError } from "../error.js";
import { ALIASES, KINDS, plain, splitUnit } from "./aliases.js";
import { describe, listed, lossNotices } from "./columnTexts.js";
import { type ColumnChoices, type ColumnMap, type ColumnUse, type ColumnUses, FIELDS, type Field } from "./fields.js";
import { findLosses } from "./lossColumns.js";
import { nearest } from "./nearest.js";

/** The user's short names. */
const SYMBOLS: Readonly<Record<string, Field>> = {
  N: "parameters",
  D: "tokens",
  C: "flops",
  L: "loss",
  U: "uniqueTokens",
  RUN: "id",
};

/** A column's name may state their unit. */
const WITH_UNIT: readonly Field[] = [
  "parameters",
  "nonEmbedding",
  "embedding",
  "tokens",
  "flops",
  "uniqueTokens",
  "budget",
];
/** Names of text as well ("small", "c4"): then they are no quantities. */
const VAGUE: readonly string[] = ["size", "data"];

/** Which column is which, and what the reader should know of the choice. */
export interface ColumnPlan {
  readonly uses: ColumnUses;
  /** The choice in one line. */
  readonly columns: string;
  readonly notices: readonly string[];
}

/**
 * Which column holds what: as the user says, and by the known names for the rest. Columns of no use are left alone. `isText` says
 * which columns hold words.
 * @throws IsoflopError "columns-unknown", "columns-missing", "columns-syntax"
 */
export function mapColumns(
  columns: readonly string[],
  chosen: ColumnChoices,
  source: string,
  isText?: (column: string) => boolean,
): ColumnPlan {
  const plan = recogniseColumns(columns, chosen, source, isText);
  requireEnough(plan.uses, columns, source);
  return plan;
}

/**
 * The same where too little may be recognised: for a form that shows what is, and asks for the rest.
 * @throws IsoflopError "columns-unknown", "columns-syntax"
 */
export function recogniseColumns(
  columns: readonly string[],
  chosen: ColumnChoices,
  source: string,
  isText: (column: string) => boolean = () => false,
): ColumnPlan {
  const uses: Partial<Record<Field, ColumnUse>> = {};
  for (const field of FIELDS) {
    const choice = chosen[field];
    if (typeof choice === "string") uses[field] = chosenUse(field, choice, columns, source);
    else if (choice !== undefined && choice !== null) uses[field] = knownUse(field, choice, columns, source);
  }
  const taken = new Map<string, Field>();
  for (const field of FIELDS) {
    const column = uses[field]?.column;
    if (column === undefined) continue;
    if (taken.has(column)) throw twice(`the column ${column}`, `${taken.get(column)} and ${field}`);
    taken.set(column, field);
  }
  const others = new Map<Field, readonly string[]>();
  const free = () => columns.filter((column) => !taken.has(column));
  const losses = findLosses(free());
  const isOpen = (field: Field) => uses[field] === undefined && chosen[field] !== null;
  if (isOpen("loss") && losses.loss !== undefined) {
    uses.loss = losses.loss;
    others.set("loss", losses.others);
    if (isOpen("trainLoss") && losses.trainLoss !== undefined) uses.trainLoss = losses.trainLoss;
  }
  for (const use of [uses.loss, uses.trainLoss]) if (use !== undefined) taken.set(use.column, "loss");
  for (const field of FIELDS) {
    if (!isOpen(field) || field === "loss" || field === "trainLoss") continue;
    const [first, ...rest] = candidates(field, free()).filter(
      ({ column }) => !(VAGUE.includes(plain(column)) && isText(column)),
    );
    if (first === undefined) continue;
    uses[field] = first;
    taken.set(first.column, field);
    if (field === "parameters" || field === "tokens" || field === "flops") {
      others.set(
        field,
        rest.map(({ column }) => column),
      );
    }
  }
  // A second count of N is told as such, and no other candidate for N.
  const counted = new Set([uses.nonEmbedding?.column, uses.embedding?.column]);
  const idle = new Map([...others].map(([field, names]) => [field, names.filter((name) => !counted.has(name))]));
  return { uses, columns: describe(uses, idle), notices: lossNotices(uses) };
}

/** Whether the name of the run may be that of a kind of model, which several runs share. */
export function namesKind(uses: ColumnUses, chosen: ColumnChoices): boolean {
  return chosen.id === undefined && uses.id !== undefined && KINDS.includes(plain(uses.id.column));
}

/** How the column of N says that it counts. */
export function countedParameters(uses: ColumnUses): "total" | "non-embedding" | "given" {
  const name = plain(uses.parameters?.column ?? "");
  if (/non?emb/.test(name)) return "non-embedding";
  return name.includes("total") ? "total" : "given";
}

function candidates(field: Field, columns: readonly string[]): ColumnUse[] {
  return columns
    .map((column, order) => {
      const stated = WITH_UNIT.includes(field) ? splitUnit(column) : undefined;
      // "config.N" and "train/tokens", but neither "eval/tokens" nor "loss/c".
      const [, folder, last = ""] = /^(.*)[/.](.*)$/.exec(column) ?? [];
      const path =
        folder !== undefined &&
        !/^(val|valid|validation|eval|test|throughput)\b/i.test(folder) &&
        (plain(last).length > 1 || /\b(config|summary|hparams|args)$/i.test(folder));
      const names = [plain(column), stated?.base, path ? plain(last) : undefined];
      const ranks = names.map((name, i) => {
        const at = name === undefined ? -1 : ALIASES[field].indexOf(name);
        return at < 0 ? Number.POSITIVE_INFINITY : at * 4 + i;
      });
      const rank = Math.min(...ranks);
      const scale = ranks[1] === rank && ranks[0] !== rank ? (stated?.scale ?? 1) : 1;
      return { rank, order, use: { column, scale } };
    })
    .filter(({ rank }) => rank < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.rank - b.rank || a.order - b.order)
    .map(({ use }) => use);
}

/** "size", "size*1e9", "ln(ppl)"; a column of that very name comes first. A unit in the column's own name holds too. */
function chosenUse(field: Field, text: string, columns: readonly string[], source: string): ColumnUse {
  if (columns.includes(text)) {
    if (field === "loss" || field === "trainLoss") return findLosses([text]).loss ?? { column: text, scale: 1 };
    return { column: text, scale: WITH_UNIT.includes(field) ? (splitUnit(text)?.scale ?? 1) : 1 };
  }
  const logged = /^ln\(\s*(.+?)\s*\)$/.exec(text);
  const scaled = /^(.+?)\s*\*\s*(\d[\d.]*(?:e[+-]?\d+)?)$/i.exec(text);
  const column = logged?.[1] ?? scaled?.[1] ?? text;
  if (columns.includes(column)) {
    return { column, scale: Number(scaled?.[2] ?? 1), ...(logged ? { log: true } : {}) };
  }
  throw unknownColumn(field, column, columns, source);
}

function knownUse(field: Field, use: ColumnUse, columns: readonly string[], source: string): ColumnUse {
  if (columns.includes(use.column)) return use;
  throw unknownColumn(field, use.column, columns, source);
}

function unknownColumn(field: Field, column: string, columns: readonly string[], source: string): IsoflopError {
  const meant = nearest(column, columns);
  return new IsoflopError({
    code: "columns-unknown",
    message: `${source} has no column ${JSON.stringify(column)} (said to hold ${field}).`,
    hint: `${meant === undefined ? "" : `Did you mean ${meant}? `}Its columns: ${listed(columns)}.`,
  });
}

function requireEnough(uses: ColumnUses, columns: readonly string[], source: string): void {
  const sizes = [uses.parameters, uses.tokens, uses.flops].filter((use) => use !== undefined).length;
  if (uses.loss !== undefined && sizes >= 2) return;
  const names = new Set(columns.map(plain));
  const isLong = names.has("value") && ["key", "tag", "metric"].some((name) => names.has(name));
  const steps = uses.step !== undefined && uses.tokens === undefined;
  throw new IsoflopError({
    code: "columns-missing",
    message: `${source}: found ${
      uses.loss === undefined
        ? "no column of losses"
        : "fewer than two columns of N (parameters), D (tokens) and C (FLOPs)"
    } among ${listed(columns)}.`,
    hint: isLong
      ? "This is a long table, one metric a row. Make the metrics columns, for example in DuckDB: PIVOT t ON key USING max(value) GROUP BY run_id, step."
      : `Say which column is which: --columns N=params,D=tokens,loss=val_loss (any two of N, D, C will do).${
          steps
            ? ` ${uses.step?.column} counts steps: tokens = steps * batch size * sequence length, which only you know.`
            : ""
        }`,
  });
}

function twice(what: string, where: string): IsoflopError {
  return new IsoflopError({
    code: "columns-syntax",
    message: `--columns gives ${what} twice: ${where}.`,
    hint: "Every quantity has a column of its own: --columns N=params,D=tokens,loss=val_loss.",
  });
}

/** Reads "N=params,D=tokens,loss=val_loss". @throws IsoflopError "columns-syntax" */
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
        hint: `Write for example N=params,D=tokens,loss=val_loss. Known on the left: N, D, C, L, U, run, ${FIELDS.join(", ")}.`,
      });
    }
    if (map[field] !== undefined) throw twice(field, `${map[field]} and ${part.slice(equals + 1).trim()}`);
    map[field] = part.slice(equals + 1).trim();
  }
  return map;
}
