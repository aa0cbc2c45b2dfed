import { IsoflopError, type Law, type LawRow } from "@isoflop/laws";
import { parseAssignments } from "./assignments.js";
import type { DroppedRow } from "./observations.js";
import { readTables, type Table } from "./table.js";

/** Rows of a law's inputs and output, out of the user's files. */
export interface LawObservations {
  readonly rows: readonly LawRow[];
  readonly dropped: readonly DroppedRow[];
  /** Which column each quantity came from; those not listed were derived. */
  readonly columns: Readonly<Record<string, string>>;
  /** How inputs without a column were made from the others. */
  readonly derived?: string;
  readonly sources: readonly string[];
}

export interface LawReadOptions {
  /** "x=examples,y=error,run=run_id" */
  readonly columns?: string;
  readonly where?: string;
}

/** Names that tables give to the inputs of laws, compared without case, blanks and signs. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  N: ["n", "params", "parameters", "nparams", "numparams", "modelsize", "totalparams", "nonembeddingparams"],
  D: ["d", "tokens", "trainingtokens", "traintokens", "ntokens", "numtokens", "tokenstotal", "tokensseen"],
  C: ["c", "flops", "flop", "compute", "trainingflops", "trainflops", "totalflops", "trainingcompute", "cmin"],
  U: ["u", "uniquetokens", "tokensunique", "unique"],
  S: ["s", "smin", "steps", "step", "nsteps"],
  M: ["m", "tokensperparameter", "tokensperparam", "tokenmultiplier", "multiplier"],
  L: ["l", "loss", "valloss", "validationloss", "taskloss", "testloss", "evalloss"],
  x: ["x", "examples", "seenexamples", "samples"],
};
const OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  "nats/token": ["loss", "valloss", "validationloss", "testloss", "evalloss", "finalloss", "trainloss", "l"],
  tokens: ["batch", "bcrit", "criticalbatch", "dopt", "tokens"],
  parameters: ["nopt", "params", "parameters"],
  "1": ["accuracy", "acc", "error", "err"],
  y: ["loss", "error", "err", "valloss"],
};
const RUNS = ["run", "runid", "runname", "id", "name"];

/** Inputs that follow from others; C = 6ND. */
const DERIVATIONS: readonly {
  readonly input: string;
  readonly from: readonly string[];
  readonly as: string;
  of(v: Values): number;
}[] = [
  { input: "C", from: ["N", "D"], as: "C = 6ND", of: (v) => 6 * v.N! * v.D! },
  { input: "D", from: ["N", "C"], as: "D = C/6N", of: (v) => v.C! / (6 * v.N!) },
  { input: "N", from: ["D", "C"], as: "N = C/6D", of: (v) => v.C! / (6 * v.D!) },
  { input: "M", from: ["N", "D"], as: "M = D/N", of: (v) => v.D! / v.N! },
];
type Values = Record<string, number>;

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Reads what a law needs. Errors: those of readTables; columns-syntax, columns-unknown, columns-missing, no-observations. */
export async function readLawRows(
  paths: readonly string[],
  law: Law,
  options: LawReadOptions = {},
): Promise<LawObservations> {
  const chosen = options.columns === undefined ? {} : parseAssignments(options.columns, "--columns");
  const tables = await readTables(paths, options.where);
  const rows: LawRow[] = [];
  const dropped: DroppedRow[] = [];
  const columns: Record<string, string> = {};
  const derived = new Set<string>();
  for (const table of tables) {
    const plan = planColumns(table, law, chosen);
    Object.assign(columns, plan.columns);
    for (const step of plan.derivations) derived.add(step.as);
    for (const { row, values } of table.rows) {
      const label = tables.length > 1 ? `${table.file}:${row}` : row;
      const made = toRow(values, law, plan);
      if ("reason" in made) dropped.push({ row: label, reason: made.reason });
      else rows.push(made);
    }
  }
  if (rows.length === 0) {
    const [first] = dropped;
    throw new IsoflopError({
      code: "no-observations",
      message: `${paths.join(", ")} gives nothing to fit: ${first === undefined ? "it has no rows" : `all ${dropped.length} rows are unusable (row ${first.row}: ${first.reason})`}.`,
      hint: `Check the columns (--columns ${[...Object.keys(law.inputs), "y"].map((name) => `${name}=…`).join(",")}) and the filter (--where).`,
    });
  }
  const as = [...derived].join("; ");
  return { rows, dropped, columns, ...(as === "" ? {} : { derived: as }), sources: tables.map((table) => table.file) };
}

interface ColumnPlan {
  /** Quantity to column: inputs (also such as only others follow from), y, run. */
  readonly columns: Readonly<Record<string, string>>;
  readonly derivations: readonly (typeof DERIVATIONS)[number][];
}

function planColumns(table: Table, law: Law, chosen: Readonly<Record<string, string>>): ColumnPlan {
  const known = new Set([...Object.keys(law.inputs), ...DERIVATIONS.flatMap((d) => d.from), "y", "run"]);
  for (const [name, column] of Object.entries(chosen)) {
    if (!known.has(name)) throw unknownColumn(`--columns: ${law.name} has no quantity "${name}"`, [...known]);
    if (!table.columns.includes(column))
      throw unknownColumn(`${table.file} has no column ${JSON.stringify(column)}`, table.columns);
  }
  const columns: Record<string, string> = { ...chosen };
  const taken = new Set(Object.values(chosen));
  const find = (name: string, aliases: readonly string[]) => {
    if (columns[name] !== undefined) return;
    const free = table.columns.filter((column) => !taken.has(column));
    const column =
      free.find((c) => c === name) ?? aliases.map((a) => free.find((c) => plain(c) === a)).find((c) => c !== undefined);
    if (column === undefined) return;
    columns[name] = column;
    taken.add(column);
  };
  for (const name of Object.keys(law.inputs)) find(name, ALIASES[name] ?? [plain(name)]);
  find("y", ["y", ...(OUTPUTS[law.output.unit] ?? [])]);
  const derivations: (typeof DERIVATIONS)[number][] = [];
  for (const input of Object.keys(law.inputs)) {
    if (columns[input] !== undefined) continue;
    for (const other of ["N", "D", "C"]) find(other, ALIASES[other]!);
    const step = DERIVATIONS.find((d) => d.input === input && d.from.every((name) => columns[name] !== undefined));
    if (step === undefined) throw missingColumn(table, law, input);
    derivations.push(step);
  }
  if (columns.y === undefined) throw missingColumn(table, law, "y");
  if (columns.run === undefined) find("run", RUNS);
  return { columns, derivations };
}

function toRow(values: ReadonlyMap<string, unknown>, law: Law, plan: ColumnPlan): LawRow | { readonly reason: string } {
  const numbers: Values = {};
  for (const [name, column] of Object.entries(plan.columns)) {
    if (name === "run") continue;
    const cell = values.get(column);
    if (cell === undefined || cell === null || cell === "") return { reason: `${column} is empty` };
    const value = Number(typeof cell === "string" ? cell.trim() : cell);
    if (!Number.isFinite(value)) return { reason: `${column} is not a number (${String(cell).slice(0, 60)})` };
    if (value <= 0 && (name !== "y" || law.residuals === "log"))
      return { reason: `${column} is not positive (${value})` };
    numbers[name] = value;
  }
  for (const step of plan.derivations) numbers[step.input] = step.of(numbers);
  const inputs = Object.fromEntries(Object.keys(law.inputs).map((name) => [name, numbers[name]!]));
  const run = plan.columns.run === undefined ? undefined : values.get(plan.columns.run);
  return { inputs, y: numbers.y!, ...(run === undefined || run === null || run === "" ? {} : { run: String(run) }) };
}

function unknownColumn(message: string, known: readonly string[]): IsoflopError {
  return new IsoflopError({ code: "columns-unknown", message: `${message}.`, hint: `Known: ${known.join(", ")}.` });
}

function missingColumn(table: Table, law: Law, name: string): IsoflopError {
  const what = name === "y" ? `y (${law.output.meaning})` : `${name} (${law.inputs[name]!.meaning})`;
  return new IsoflopError({
    code: "columns-missing",
    message: `${table.file} has no column for ${what} of ${law.form}; its columns: ${table.columns.join(", ")}.`,
    hint: `Say which it is: --columns ${name}=…`,
  });
}
