import type { Task } from "./taskFile.js";

/** What a model makes of one continuation. */
export interface ContinuationLoss {
  /** Nats, summed over its tokens. */
  readonly loss: number;
  readonly tokens: number;
  readonly bytes: number;
  /** Whether a model that always takes the likeliest token would have written it. */
  readonly greedy: boolean;
}

/** Scores of a task by name, as result.json holds them. */
export type TaskScores = Record<string, number>;

/**
 * Scores of a task from the losses of every question's choices.
 * - `accuracy`: the right choice has the lowest loss (multiple choice), or greedy continuation writes the word (last word).
 * - `accuracy_per_byte`: the lowest loss per byte of UTF-8, so that short choices have no head start (Gao 2021).
 * - `loss`, `bits_per_byte`: of the right continuation, per token and per byte, the mean over questions: the task loss of
 *   Bhagia et al. 2024 (arXiv:2412.04403), section 3.1.
 * - `chance`: the accuracy of guessing. `…_error`: standard errors of those means over questions.
 */
export function taskScores(task: Task, losses: readonly (readonly ContinuationLoss[])[]): TaskScores {
  const right = losses.map((choices, i) => choices[task.questions[i]!.answer]!);
  const means = {
    ...(task.kind === "multiple-choice"
      ? {
          accuracy: losses.map((choices, i) =>
            hit(
              choices.map(({ loss }) => loss),
              task.questions[i]!.answer,
            ),
          ),
          accuracy_per_byte: losses.map((choices, i) =>
            hit(
              choices.map(({ loss, bytes }) => loss / bytes),
              task.questions[i]!.answer,
            ),
          ),
        }
      : { accuracy: right.map(({ greedy }) => Number(greedy)) }),
    loss: right.map(({ loss, tokens }) => loss / tokens),
    bits_per_byte: right.map(({ loss, bytes }) => loss / (Math.LN2 * bytes)),
  };
  const count = task.questions.length;
  const scores: TaskScores = { questions: count };
  for (const [name, values] of Object.entries(means)) {
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    scores[name] = mean;
    if (count < 2) continue;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    scores[`${name}_error`] = Math.sqrt(squares / (count - 1) / count);
  }
  if (task.kind === "multiple-choice")
    scores.chance = task.questions.reduce((sum, { choices }) => sum + 1 / choices.length, 0) / count;
  return scores;
}

/** 1 where the answer has the lowest loss, a share of it where several have, else 0. */
function hit(losses: readonly number[], answer: number): number {
  const lowest = Math.min(...losses);
  return losses[answer] === lowest ? 1 / losses.filter((loss) => loss === lowest).length : 0;
}
