import { parseColumns } from "@isoflop/laws/observations";
import { Command } from "commander";
import { type Imported, importRuns } from "../import/importRuns.js";
import { IMPORT_KINDS } from "../import/sources.js";
import { unfinishedOf, unfinishedWarning } from "../import/unfinished.js";
import { type CommandIo, log, writeJsonOutput } from "./io.js";

interface ImportFlags {
  readonly to: string;
  readonly from?: string;
  readonly mapping?: string;
  readonly columns?: string;
  readonly loss: string;
  readonly counting: string;
  readonly json?: true;
}

/** `isoflop import`: runs that a tracker or a training program logged, into a folder that the other verbs read. */
export function importVerb(io: CommandIo): Command {
  return new Command("import")
    .summary("take runs from a tracker's or a training program's files")
    .description(
      "Looks through folders and globs for runs and writes them into a folder that fit, forecast and next take like any table: every logged point, and of each run N, D, C and the loss, with where each is from. Again with more or longer runs, it reads what is new.",
    )
    .argument("<path...>", "folders, files, or globs in quotes")
    .requiredOption("--to <folder>", "where to; one that an import has made is added to")
    .option("--from <kinds>", `only these: ${IMPORT_KINDS.join(", ")}`)
    .option("--mapping <file>", "which names a program of your own gives to what (docs/import.md)")
    .option("--columns <map>", "which series or setting holds what, e.g. N=model.params,loss=eval/c4/loss")
    .option("--loss <rule>", "which value is a run's loss: last, mean:100, smooth:0.99, min-val", "last")
    .option("--counting <name>", "how N and C are counted: 6N, 6N-non-embedding, kaplan, hoffmann, logged", "6N")
    .option("--json", "write JSON to standard output")
    .addHelpText(
      "after",
      `
Examples:
  $ isoflop import "sweeps/*/tb" --to imported && isoflop fit imported
  $ isoflop import outputs --to imported --from hugging-face --columns N=n_params --json`,
    )
    .action(async (paths: string[], flags: ImportFlags) => {
      const { to, from, mapping, columns, loss, counting } = flags;
      const imported = await importRuns(paths, {
        to,
        loss,
        counting,
        ...(from === undefined ? {} : { from }),
        ...(mapping === undefined ? {} : { mapping }),
        ...(columns === undefined ? {} : { columns: parseColumns(columns) }),
        onProgress: (done, of) => {
          if (done % 500 === 0) log(io, `${done} of ${of} runs looked at`);
        },
      });
      if (flags.json) writeJsonOutput(io, importJson(imported));
      else io.stdout(importText(imported));
    });
}

/** The contract of `isoflop import --json`. */
export function importJson({ folder, failed, manifest, ...counts }: Imported) {
  const { convention, warnings, runs } = manifest;
  const taken = runs.filter(({ outcome, apart }) => "record" in outcome && apart === undefined);
  const unfinished = unfinishedWarning(taken);
  return {
    folder,
    ...counts,
    records: taken.length,
    convention,
    warnings: [
      ...(unfinished === undefined ? [] : [`${unfinished.code}: ${unfinished.message}`]),
      ...warnings,
      ...runs.flatMap((run) => run.warnings.map((text) => `${run.path}: ${text}`)),
    ],
    unfinished: unfinishedOf(taken).map(({ name, path, state }) => ({ name, path, state })),
    notices: runs.flatMap(({ notices }) => notices),
    dropped: [
      ...failed,
      ...runs.flatMap(({ path, outcome, apart }) => {
        const reason = "reason" in outcome ? outcome.reason : apart;
        return reason === undefined ? [] : [{ path, reason }];
      }),
    ],
  };
}

const TOLD = 10;

/** Names of files may hold line breaks and control signs: they stay on their line. */
const oneLine = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (sign) => JSON.stringify(sign).slice(1, -1));

function importText(imported: Imported): string {
  const { folder, added, changed, unchanged, kept, records, convention, warnings, notices, dropped } =
    importJson(imported);
  const lines = [
    `${records} records in ${folder}, of ${added + changed + unchanged + kept} runs: ${added} new, ${changed} changed, ${unchanged} as before${kept > 0 ? `, ${kept} from other imports` : ""}`,
    `N counts ${convention.parameters === "given" ? "as given" : convention.parameters}; C is ${convention.flops === "given" ? "as logged" : convention.flops}`,
    ...listed("warning", warnings),
    ...listed("note", notices),
    ...listed(
      "dropped",
      dropped.map(({ path, reason }) => `${path}: ${reason}`),
    ),
  ];
  if (records > 0) lines.push(`next: isoflop fit ${folder}`);
  return `${lines.map(oneLine).join("\n")}\n`;
}

/** The first of them; what is said of many runs alike is said once. */
function listed(what: string, texts: readonly string[]): string[] {
  const alike = new Map<string, { readonly text: string; readonly count: number }>();
  for (const text of texts) {
    const kind = text.replace(/^.*?: /s, "").replaceAll(/[-+\d.e]*\d/g, "#");
    const { text: first, count } = alike.get(kind) ?? { text, count: 0 };
    alike.set(kind, { text: first, count: count + 1 });
  }
  const lines = [...alike.values()].map(
    ({ text, count }) => `${what}: ${text}${count > 1 ? ` (and ${count - 1} more like this: --json lists all)` : ""}`,
  );
  return lines.length > TOLD ? [...lines.slice(0, TOLD), `… and ${lines.length - TOLD} more (--json)`] : lines;
}
