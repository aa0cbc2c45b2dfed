import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { followTrainer } from "../adapters/follow.js";
import { loadAdapter } from "../adapters/load.js";
import { type CommandIo, log } from "./io.js";
import { StoppedRun } from "./stoppedRun.js";

interface Flags {
  readonly accept: readonly string[];
  readonly fixed: ReadonlyMap<string, string>;
  readonly bytesPerToken?: number;
  readonly checkpoints?: string;
  readonly cwd?: string;
}

/** `isoflop adapt`: somebody else's trainer on one run folder, by the run contract. */
export function adaptVerb(io: CommandIo): Command {
  return new Command("adapt")
    .summary("train one run with torchtitan, nanochat, the Hugging Face Trainer or your own program")
    .description(
      "What study.yaml names as trainer where the program knows nothing of run folders: makes the program's command from run.json, starts it without a shell, follows its log into metrics.jsonl and ends with result.json. Exit codes as in docs/contract.md.",
    )
    .argument("<adapter>", "torchtitan, nanochat, hugging-face, or the path of a module of yours")
    .argument("<run>", "the run folder")
    .argument("<command...>", "after --: the trainer's program and arguments, with placeholders such as {shape.layers}")
    .option("--accept <fields>", "fields of run.json in which the trainer may differ, with commas", commas, [])
    .option(
      "--fixed <field=value,…>",
      "what the trainer always does: a run that wants else is refused",
      pairs,
      new Map(),
    )
    .option("--bytes-per-token <number>", "of the text and tokenizer that the trainer validates with", positive)
    .option("--checkpoints <folder>", "where its checkpoints lie, if not where the adapter looks")
    .option("--cwd <folder>", "where it is started")
    .addHelpText(
      "after",
      "\nExample:\n  $ isoflop adapt nanochat runs/0a1b --accept data,optimizer --bytes-per-token 4.8 -- \\\n      python -m scripts.base_train --depth={shape.layers} --num-iterations={steps} …",
    )
    .action(async (name: string, run: string, template: string[], flags: Flags) => {
      const adapter = await loadAdapter(name);
      const work = () =>
        followTrainer(adapter, resolve(run), {
          template,
          declared: { accepted: flags.accept, fixed: flags.fixed },
          ...(flags.bytesPerToken === undefined ? {} : { bytesPerToken: flags.bytesPerToken }),
          ...(flags.checkpoints === undefined ? {} : { checkpoints: resolve(flags.checkpoints) }),
          ...(flags.cwd === undefined ? {} : { cwd: resolve(flags.cwd) }),
          signal: io.signal,
          log: (line) => log(io, line),
        });
      const end = await (io.whileTraining?.(work) ?? work());
      if (end.kind === "ended") return;
      const where =
        end.checkpoint === undefined
          ? "it has no checkpoint and will begin again"
          : `checkpoint of step ${end.checkpoint}`;
      throw new StoppedRun(`stopped at step ${end.step}: ${where}`);
    });
}

function commas(text: string, before: readonly string[]): string[] {
  return [...before, ...text.split(",").map((field) => field.trim())];
}

function pairs(text: string, before: ReadonlyMap<string, string>): Map<string, string> {
  const added = text.split(",").map((pair) => {
    const [field, value] = [pair.slice(0, pair.indexOf("=")).trim(), pair.slice(pair.indexOf("=") + 1).trim()];
    if (!pair.includes("=") || field === "" || value === "") throw new InvalidArgumentError("Write field=value.");
    return [field, value] as const;
  });
  return new Map([...before, ...added]);
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Give a number above 0.");
}
