import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createRandom } from "@isoflop/laws";
import { continuationTask, encoderOf, heldOutDocuments, lastWordTask } from "@isoflop/trainer";
import { Command, InvalidArgumentError } from "commander";
import { writeNew } from "../runs/folder.js";
import { prepareDesign } from "../steps/design.js";
import { openStudy } from "../study/folder.js";
import { type CommandIo, log, writeJsonOutput } from "./io.js";

interface Flags {
  readonly count: number;
  readonly seed: number;
  readonly json?: true;
}

/** `isoflop tasks`: questions made of a study's held-out text. */
export function tasksVerb(io: CommandIo): Command {
  return new Command("tasks")
    .summary("make tasks of a study's held-out text")
    .description(
      "Writes tasks/continuation.jsonl (which of four passages goes on from this one) and tasks/last-word.jsonl (the word that ends a sentence) from the text that no run of the study is trained on. Files that are there stay as they are.",
    )
    .argument("[study]", "the study's folder", ".")
    .option("--count <questions>", "questions of each task", wholeNumber, 200)
    .option("--seed <seed>", "seed of the choice of passages", wholeNumber, 0)
    .option("--json", "write JSON to standard output")
    .addHelpText("after", "\nExample:\n  $ isoflop tasks studies/sotu --count 500")
    .action(async (path: string, { count, seed, json }: Flags) => {
      const study = await openStudy(path);
      // The study may name tasks that are only now made.
      const taskless = { ...study, study: { ...study.study, tasks: {} } };
      const { corpus } = await prepareDesign(taskless, { log: (line) => log(io, line) });
      const documents = heldOutDocuments(corpus);
      const encode = encoderOf(corpus);
      // The other half of the context is for the prompt.
      const fits = (answer: string) => 2 * encode(answer).length <= study.study.design.shapes.context;
      const made = {
        continuation: continuationTask(documents, createRandom(seed), { count, fits }),
        "last-word": lastWordTask(documents, createRandom(seed), { count, fits }),
      };
      await mkdir(join(study.folder, "tasks"), { recursive: true });
      const written = [];
      for (const [name, lines] of Object.entries(made)) {
        const file = join(study.folder, "tasks", `${name}.jsonl`);
        const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
        written.push({ name, file, questions: lines.length, written: await writeNew(file, text) });
      }
      if (json) writeJsonOutput(io, { tasks: written });
      else {
        for (const task of written)
          io.stdout(
            `${task.file}: ${task.written ? `${task.questions} questions` : "was there already, left as it is"}\n`,
          );
        io.stdout(
          "Name them in study.yaml to have them scored: tasks: { continuation: tasks/continuation.jsonl, … }\n",
        );
      }
    });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("Give a whole number.");
}
