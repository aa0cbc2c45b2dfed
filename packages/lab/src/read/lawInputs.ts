import { type FitWarning, IsoflopError, type Law, type LawRow } from "@isoflop/laws";
import { checkNumber } from "@isoflop/laws/observations";
import { parseAssignments } from "./assignments.js";
import { quoted, rowsOf, withDatabase } from "./database.js";
import { importedBehind, importWarnings, sharedConvention } from "./imported.js";
import type { DroppedRow } from "./observations.js";
import { rowNumber } from "./table.js";
import { loadTables } from "./tables.js";

/** Rows of a law's inputs and output, out of the user's files. */
export interface LawObservations {
  readonly rows: readonly LawRow[];
  readonly dropped: readonly DroppedRow[];
  /** Which column each quantity came from; those not listed were derived. */
  readonly columns: Readonly<Record<string, string>>;
  /** How inputs without a column were made from the others. */
  readonly derived?: string;
  readonly sources: readonly string[];
  /** Of imported runs: what their import said of them together, and what must be known before a fit is believed. */
  readonly notices: readonly string[];
  readonly warnings: readonly FitWarning[];
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

/**
 * Reads what a law needs.
 * Errors: those of loadTables and sharedConvention; columns-syntax, columns-unknown, columns-missing, no-observations, too-many-rows.
 */
export async function readLawRows(
  paths: readonly string[],
  law: Law,
  options: LawReadOptions = {},
): Promise<LawObservations> {
  const chosen = options.columns === undefined ? {} : parseAssignments(options.columns, "--columns");
  const rows: LawRow[] = [];
  const dropped: DroppedRow[] = [];
  const columns: Record<string, string> = {};
  const derived = new Set<string>();
  const sources = await withDatabase(async (connection) => {
    const { tables } = await loadTables(
      connection,
      paths,
      (file) => (names) => planColumns(file, names, law, chosen),
      options.where,
    );
    for (const { file, name, plan } of tables) {
      for (const [quantity, { column }] of Object.entries(plan.uses)) columns[quantity] = column;
      for (const step of plan.derivations) derived.add(step.as);
      const fields = Object.keys(plan.uses);
      const [[count] = []] = await rowsOf(connection, `SELECT count(*) FROM ${name}`);
      checkNumber(file, rows.length + Number(count), "rows");
      const number = await rowNumber(connection, name);
      const cells = await rowsOf(
        connection,
        `SELECT ${[number, ...fields.map(quoted)].join(", ")} FROM ${name} ORDER BY 1`,
      );
      for (const [row, ...values] of cells) {
        const made = toRow(new Map(fields.map((field, i) => [field, values[i]])), law, plan);
        if ("inputs" in made) rows.push(made);
        else dropped.push({ row: tables.length > 1 ? `${file}:${row}` : Number(row), reason: made.reason });
      }
    }
    return tables.map((table) => table.file);
  });
  if (rows.length === 0) {
    const [first] = dropped;
    throw new IsoflopError({
      code: "no-observations",
      message: `${paths.join(", ")} gives nothing to fit: ${first === undefined ? "it has no rows" : `all ${dropped.length} rows are unusable (row ${first.row}: ${first.reason})`}.`,
      hint: `Check the columns (--columns ${[...Object.keys(law.inputs), "y"].map((name) => `${name}=…`).join(",")}) and the filter (--where).`,
    });
  }
  const folders = await importedBehind(sources);
  // Refuses imports that count in different ways.
  sharedConvention(folders);
  const as = [...derived].join("; ");
  return {
    rows,
    dropped,
    columns,
    ...(as === "" ? {} : { derived: as }),
    sources,
    notices: [...new Set(folders.flatMap(({ manifest }) => manifest.warnings))],
    warnings: importWarnings(folders, sources, new Set(rows.flatMap(({ run }) => run ?? []))),
  };
}

interface ColumnPlan {
  /** Inputs (also such as only others follow from), y, run. */
  readonly uses: Readonly<Record<string, { readonly column: string }>>;
  readonly derivations: readonly (typeof DERIVATIONS)[number][];
}

function planColumns(
  file: string,
  names: readonly string[],
  law: Law,
  chosen: Readonly<Record<string, string>>,
): ColumnPlan {
  const known = new Set([...Object.keys(law.inputs), ...DERIVATIONS.flatMap((d) => d.from), "y", "run"]);
  for (const [name, column] of Object.entries(chosen)) {
    if (!known.has(name)) throw unknownColumn(`--columns: ${law.name} has no quantity "${name}"`, [...known]);
    if (!names.includes(column)) throw unknownColumn(`${file} has no column ${JSON.stringify(column)}`, names);
  }
  const columns: Record<string, string> = { ...chosen };
  const taken = new Set(Object.values(chosen));
  const find = (name: string, aliases: readonly string[]) => {
    if (columns[name] !== undefined) return;
    const free = names.filter((column) => !taken.has(column));
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
    if (step === undefined) throw missingColumn(file, names, law, input);
    derivations.push(step);
  }
  if (columns.y === undefined) throw missingColumn(file, names, law, "y");
  if (columns.run === undefined) find("run", RUNS);
  const uses = Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, { column }]));
  return { uses, derivations };
}

function toRow(values: ReadonlyMap<string, unknown>, law: Law, plan: ColumnPlan): LawRow | { readonly reason: string } {
  const numbers: Values = {};
  for (const [name, { column }] of Object.entries(plan.uses)) {
    if (name === "run") continue;
    const cell = values.get(name);
    if (cell === undefined || cell === null || cell === "") return { reason: `${column} is empty` };
    const value = Number(typeof cell === "string" ? cell.trim() : cell);
    if (!Number.isFinite(value)) return { reason: `${column} is not a number (${String(cell).slice(0, 60)})` };
    if (value <= 0 && (name !== "y" || law.residuals === "log"))
      return { reason: `${column} is not positive (${value})` };
    numbers[name] = value;
  }
  for (const step of plan.derivations) numbers[step.input] = step.of(numbers);
  const inputs = Object.fromEntries(Object.keys(law.inputs).map((name) => [name, numbers[name]!]));
  const run = values.get("run");
  return { inputs, y: numbers.y!, ...(run === undefined || run === null || run === "" ? {} : { run: String(run) }) };
}

function unknownColumn(message: string, known: readonly string[]): IsoflopError {
  return new IsoflopError({ code: "columns-unknown", message: `${message}.`, hint: `Known: ${known.join(", ")}.` });
}

function missingColumn(file: string, names: readonly string[], law: Law, name: string): IsoflopError {
  const what = name === "y" ? `y (${law.output.meaning})` : `${name} (${law.inputs[name]!.meaning})`;
  return new IsoflopError({
    code: "columns-missing",
    message: `${file} has no column for ${what} of ${law.form}; its columns: ${names.join(", ")}.`,
    hint: `Say which it is: --columns ${name}=…`,
  });
}
