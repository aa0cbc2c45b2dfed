// Files of tasks: one JSON object a line, all of one kind.
//   {"prompt": "…", "choices": ["…", …], "answer": 0}     which continuation is the true one
//   {"text": "…"} or {"prompt": "…", "last": "…"}         the last word of a text, as LAMBADA (Paperno et al. 2016)
import { IsoflopError } from "@isoflop/laws/error";
import { z } from "zod";

/** One question: the right continuation of a prompt is `choices[answer]`; a last word is the only choice. */
export interface Question {
  /** In its file, counted from 1. */
  readonly line: number;
  readonly prompt: string;
  readonly choices: readonly string[];
  readonly answer: number;
}

/** A task as its file states it. */
export interface Task {
  readonly file: string;
  readonly kind: "multiple-choice" | "last-word";
  readonly questions: readonly Question[];
}

const text = z.string().min(1, { error: "must not be empty" });
const choiceSchema = z
  .strictObject({
    prompt: text,
    choices: z.array(text).min(2, { error: "needs two at least" }),
    answer: z.int().min(0),
  })
  .refine(({ choices, answer }) => answer < choices.length, {
    path: ["answer"],
    error: "is not the place of a choice, counted from 0",
  })
  .refine(({ choices }) => new Set(choices).size === choices.length, {
    path: ["choices"],
    error: "holds the same choice twice",
  });
const lastSchema = z.strictObject({ prompt: text, last: text });
const wholeSchema = z.strictObject({
  text: z.string().regex(/\S\s+\S/, { error: "needs two words at least: the last one is asked for" }),
});

/** Reads a task. Errors: task-invalid, with file and line. */
export function parseTask(file: string, content: string): Task {
  const questions: Question[] = [];
  let kind: Task["kind"] | undefined;
  for (const [index, row] of content
    .replace(/^\uFEFF/, "")
    .split("\n")
    .entries()) {
    if (row.trim() === "") continue;
    const read = parseLine(file, index + 1, row);
    kind ??= read.kind;
    if (read.kind !== kind) throw invalid(file, index + 1, `is of kind ${read.kind}, the lines before it of ${kind}`);
    questions.push(read.question);
  }
  if (kind === undefined) throw invalid(file, 1, "there is no question in the file");
  return { file, kind, questions };
}

function parseLine(file: string, line: number, row: string): { kind: Task["kind"]; question: Question } {
  let value: unknown;
  try {
    value = JSON.parse(row);
  } catch (cause) {
    throw invalid(file, line, `is not JSON: ${(cause as Error).message}`);
  }
  if (typeof value !== "object" || value === null) throw invalid(file, line, "is not a JSON object");
  if ("choices" in value) {
    return { kind: "multiple-choice", question: { line, ...checked(choiceSchema, value, file, line) } };
  }
  if ("last" in value) {
    const { prompt, last } = checked(lastSchema, value, file, line);
    return { kind: "last-word", question: { line, prompt, choices: [last], answer: 0 } };
  }
  if ("text" in value) {
    const whole = checked(wholeSchema, value, file, line).text.trimEnd();
    const last = /\s+\S+$/.exec(whole)!;
    const question = { line, prompt: whole.slice(0, last.index), choices: [last[0]], answer: 0 };
    return { kind: "last-word", question };
  }
  throw invalid(file, line, 'has none of the keys "choices", "last", "text"');
}

function checked<T>(schema: z.ZodType<T>, value: unknown, file: string, line: number): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw invalid(file, line, `${issue.path.length > 0 ? `${issue.path.join(".")}: ` : ""}${issue.message}`);
}

const FORMS = 'a line is {"prompt", "choices", "answer"}, {"prompt", "last"} or {"text"}';

/** An error in a line of a task's file. */
export function invalid(file: string, line: number, what: string, hint = FORMS): IsoflopError {
  return new IsoflopError({ code: "task-invalid", message: `${file}, line ${line}: ${what}`, hint });
}
