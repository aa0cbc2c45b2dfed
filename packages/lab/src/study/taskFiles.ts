import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import { type Corpus, encoderOf, parseTask, type RunSpec, rowsOf, type Task } from "@isoflop/trainer";
import type { Study } from "./schema.js";

/** A task that a study names, as run.json names it, and its questions. */
export interface TaskFile {
  readonly named: RunSpec["tasks"][number];
  readonly task: Task;
}

/** The tasks that a study names, read and checked once, by their content. Errors: task-missing, task-invalid. */
export async function readTaskFiles(folder: string, { tasks }: Study): Promise<TaskFile[]> {
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
      return {
        named: { name, file, hash: createHash("sha256").update(content).digest("hex") },
        task: parseTask(path, content.toString("utf8")),
      };
    }),
  );
}

/** What no run could score is refused before the first one begins. Errors: task-invalid. */
export function checkTaskRows(files: readonly TaskFile[], { design }: Study, corpus: Corpus): void {
  if (files.length === 0) return;
  const reading = { encode: encoderOf(corpus), context: design.shapes.context, vocabulary: corpus.vocabulary };
  for (const { task } of files) rowsOf(task, reading);
}
