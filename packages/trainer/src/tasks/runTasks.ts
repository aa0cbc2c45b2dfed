import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { IsoflopError } from "@isoflop/laws/error";
import type { RunSpec } from "../contract/runSpec.js";
import { type TensorMap, tensor } from "../engine/tensor.js";
import { openScoring, scoringBatch } from "../training/scoringGraph.js";
import { encoderOf } from "./encoder.js";
import { type Row, rowsOf } from "./rows.js";
import { type ContinuationLoss, type TaskScores, taskScores } from "./scores.js";
import { parseTask, type Task } from "./taskFile.js";

/** Scores all tasks of a run; undefined where it was asked to stop on the way. */
export type TaskScorer = (parameters: TensorMap, stop: AbortSignal) => Promise<Record<string, TaskScores> | undefined>;

/**
 * Reads a run's tasks before it trains, so that a bad line is not found after days of it. Relative paths start at the
 * study's folder, two above the run's. Errors: task-missing, task-changed, task-invalid, tokenizer-gone.
 */
export function readTasks(runFolder: string, spec: RunSpec): TaskScorer {
  if (spec.tasks.length === 0) return async () => ({});
  const reading = { encode: encoderOf(spec.data), ...spec.shape };
  const tasks = spec.tasks.map(({ name, file, hash }) => {
    const path = resolve(runFolder, "..", "..", file);
    const task = parseTask(path, readChecked(path, hash));
    return { name, task, rows: rowsOf(task, reading) };
  });
  return async (parameters, stop) => {
    const rows = tasks.flatMap((task) => task.rows.flat());
    const losses = await lossesOf(spec, rows, parameters, stop);
    if (losses === undefined) return undefined;
    let at = 0;
    return Object.fromEntries(
      tasks.map(({ name, task, rows: own }) => {
        const perQuestion = own.map((choices) => choices.map(() => losses[at++]!));
        return [name, { ...taskScores(task, perQuestion), truncated: truncatedCount(task, own) }];
      }),
    );
  };
}

/** Questions whose prompt lost its beginning. */
const truncatedCount = (task: Task, rows: readonly (readonly Row[])[]): number =>
  task.questions.filter((_, i) => rows[i]!.some(({ truncated }) => truncated)).length;

async function lossesOf(
  spec: RunSpec,
  rows: readonly Row[],
  parameters: TensorMap,
  stop: AbortSignal,
): Promise<ContinuationLoss[] | undefined> {
  const { context } = spec.shape;
  const batch = scoringBatch(spec.shape, spec.batch.microSequences, rows.length);
  const session = await openScoring(spec, batch, { greedy: true });
  const losses: ContinuationLoss[] = [];
  for (let at = 0; at < rows.length; at += batch) {
    if (stop.aborted) return undefined;
    const some = rows.slice(at, at + batch);
    const tokens = new Int32Array(batch * (context + 1));
    // Behind a row's end stand zeros: no earlier token sees them, and their losses are not read.
    some.forEach((row, i) => {
      tokens.set(row.tokens, i * (context + 1));
    });
    const outputs = await session.run({ ...parameters, tokens: tensor("int32", tokens, [batch, context + 1]) });
    const [all, greedy] = [outputs.losses!.data as Float32Array, outputs.greedy!.data as Int32Array];
    some.forEach((row, i) => {
      const end = i * context + row.tokens.length - 1;
      const labels = row.tokens.subarray(row.tokens.length - row.scored);
      losses.push({
        loss: all.subarray(end - row.scored, end).reduce((sum, loss) => sum + loss, 0),
        tokens: row.scored,
        bytes: row.bytes,
        greedy: labels.every((label, j) => greedy[end - row.scored + j] === label),
      });
    });
  }
  await session.release();
  return losses;
}

function readChecked(path: string, hash: string): string {
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (cause) {
    throw new IsoflopError({
      code: "task-missing",
      message: `cannot read the task ${path}: ${(cause as Error).message}`,
      hint: "the study names it under `tasks`; put the file back",
      cause,
    });
  }
  if (!createHash("sha256").update(content).digest("hex").startsWith(hash)) {
    throw new IsoflopError({
      code: "task-changed",
      message: `the task ${path} is not the file that the run was planned with`,
      hint: "put the old file back, or let `isoflop run` plan the run again",
    });
  }
  return content.toString("utf8");
}
