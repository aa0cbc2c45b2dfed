import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import { type Corpus, encoderOf, parseTask, type RunSpec, rowsOf } from "@isoflop/trainer";
import type { Study } from "./schema.js";

/** The tasks that a study names, read and checked once, by their content. Errors: task-missing, task-invalid. */
export async function readTaskFiles(folder: string, { tasks }: Study): Promise<RunSpec["tasks"]> {
  return Promise.all(
    Object.entries(tasks).map(async ([name, file]) => {
      const path = resolve(folder, file);
      const content = await readFile(path).catch((cause: Error) => {
        throw new IsoflopError({
          code: "task-missing",
          message: `Cannot read the task ${name} at ${path}: ${cause.message}`,
          hint: "`isoflop tasks <study>` makes tasks/continuation.jsonl and tasks/last-word.jsonl; or take it out of study.yaml.",
          cause,
        });
      });
      parseTask(path, content.toString("utf8"));
      return { name, file, hash: createHash("sha256").update(content).digest("hex") };
    }),
  );
}

/** What no run could score is refused before the first one begins. Errors: task-invalid. */
export async function checkTaskRows(folder: string, { tasks, design }: Study, corpus: Corpus): Promise<void> {
  const files = Object.values(tasks);
  if (files.length === 0) return;
  const reading = { encode: encoderOf(corpus), context: design.shapes.context, vocabulary: corpus.vocabulary };
  for (const file of files) {
    const path = resolve(folder, file);
    rowsOf(parseTask(path, await readFile(path, "utf8")), reading);
  }
}
