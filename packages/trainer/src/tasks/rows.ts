import type { Encode } from "./encoder.js";
import { invalid, type Question, type Task } from "./taskFile.js";

/** A prompt and one continuation as the model reads them: at most context + 1 tokens, the continuation last. */
export interface Row {
  readonly tokens: Int32Array;
  /** Tokens at the end whose loss counts. */
  readonly scored: number;
  /** UTF-8 bytes of the text that they stand for. */
  readonly bytes: number;
  /** Whether the prompt lost its beginning. */
  readonly truncated: boolean;
}

/** What a model takes in. */
export interface Reading {
  readonly encode: Encode;
  readonly context: number;
  readonly vocabulary: number;
}

/** The rows of every question, one for each choice. Errors: task-invalid. */
export const rowsOf = (task: Task, reading: Reading): Row[][] =>
  task.questions.map((question) => question.choices.map((choice) => rowOf(task.file, question, choice, reading)));

/**
 * Prompt and continuation are encoded together, as running text would be, and scored from where the tokens part from the
 * prompt's own; blanks at the prompt's end go with the continuation, to whose first word tokenizers join them. Where neither
 * side has a blank one is put between (as lm-evaluation-harness does). A prompt that is too long loses its beginning.
 */
function rowOf(file: string, { line, prompt, choices }: Question, choice: string, reading: Reading): Row {
  const { encode, context, vocabulary } = reading;
  const stem = prompt.trimEnd();
  if (stem === "") throw invalid(file, line, "the prompt is blank: there is nothing to continue");
  const between = prompt.slice(stem.length) || (/^\s/.test(choice) ? "" : " ");
  const continuation = between + choice;
  const whole = encode(stem + continuation);
  const own = encode(stem);
  let shared = 0;
  while (shared < own.length && own[shared] === whole[shared]) shared++;
  const scored = whole.length - Math.max(1, shared);
  if (scored < 1) throw invalid(file, line, `the continuation ${JSON.stringify(choice)} has no token of its own`);
  if (scored > context) {
    const which = choices.length > 1 ? "a choice" : "the last word";
    const what = `${which} has ${scored} tokens, more than the context of ${context}`;
    throw invalid(file, line, what, "shorten it, leave the question out, or take a larger design.shapes.context");
  }
  const strange = whole.find((token) => token < 0 || token >= vocabulary);
  if (strange !== undefined) throw invalid(file, line, `token ${strange} is outside the vocabulary of ${vocabulary}`);
  return {
    tokens: whole.subarray(Math.max(0, whole.length - context - 1)),
    scored,
    bytes: new TextEncoder().encode(continuation).length,
    truncated: whole.length > context + 1,
  };
}
