import { expect, test } from "vitest";
import { encodeBytes } from "./encoder.js";
import { rowsOf } from "./rows.js";
import { taskScores } from "./scores.js";
import { parseTask } from "./taskFile.js";

const jsonl = (...lines: unknown[]) =>
  lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
const text = (tokens: Int32Array) => new TextDecoder().decode(Uint8Array.from(tokens));

test("multiple choice and both forms of last word are read; blank lines and a byte-order mark are passed over", () => {
  const choices = { prompt: "a", choices: ["b", "c"], answer: 1 };
  expect(parseTask("t.jsonl", `\uFEFF${jsonl(choices, "", choices)}\n`)).toEqual({
    file: "t.jsonl",
    kind: "multiple-choice",
    questions: [
      { line: 1, ...choices },
      { line: 3, ...choices },
    ],
  });
  const lasts = parseTask("l", jsonl({ text: "The cat sat  down. \n" }, { prompt: "The cat sat", last: "down" }));
  expect(lasts.kind).toBe("last-word");
  expect(lasts.questions.map(({ prompt, choices }) => [prompt, ...choices])).toEqual([
    ["The cat sat", "  down."],
    ["The cat sat", "down"],
  ]);
});

test.each([
  ["{", /t\.jsonl, line 2: is not JSON/],
  ["[1]", /line 2: has none of the keys/],
  ["3", /line 2: is not a JSON object/],
  [{ prompt: "a", choices: ["b"], answer: 0 }, /line 2: choices: needs two at least/],
  [{ prompt: "a", choices: ["b", "c"], answer: 2 }, /line 2: answer: is not the place of a choice/],
  [{ prompt: "a", choices: ["b", "b"], answer: 0 }, /line 2: choices: holds the same choice twice/],
  [{ prompt: "a", choices: ["b", ""], answer: 0 }, /line 2: choices.1: must not be empty/],
  [{ prompt: "a", choices: ["b", "c"] }, /line 2: answer: /],
  [{ prompt: "a", choices: ["b", "c"], answer: 0, gold: 1 }, /line 2: Unrecognized key: "gold"/],
  [{ text: "word" }, /line 2: is of|line 2: text: needs two words/],
  [{ prompt: "a", last: "b" }, /line 2: is of kind last-word, the lines before it of multiple-choice/],
])("a malformed line is refused with file and line: %j", (line, message) => {
  const good = { prompt: "a", choices: ["b", "c"], answer: 1 };
  expect(() => parseTask("t.jsonl", jsonl(good, line))).toThrow(message);
});

test("an empty file is no task", () => {
  expect(() => parseTask("t.jsonl", "\n\n")).toThrow(/there is no question/);
});

const bytes = { encode: encodeBytes, context: 16, vocabulary: 256 };
const one = (prompt: string, choice: string, reading: Parameters<typeof rowsOf>[1] = bytes) =>
  rowsOf(parseTask("t", jsonl({ prompt, choices: [choice, "?"], answer: 0 })), reading)[0]![0]!;

test("prompt and choice are joined by one blank unless one of them has it, and blanks go with the choice", () => {
  for (const [prompt, choice] of [
    ["ab", "cd"],
    ["ab ", "cd"],
    ["ab", " cd"],
  ] as const) {
    const row = one(prompt, choice);
    expect([text(row.tokens), row.scored, row.bytes, row.truncated]).toEqual(["ab cd", 3, 3, false]);
  }
  expect([one("ab", "\ncd"), one("ab\n", "cd")].map((row) => text(row.tokens))).toEqual(["ab\ncd", "ab\ncd"]);
  expect(one("a", "é").bytes).toBe(3);
});

test("a long prompt loses its beginning, never the choice", () => {
  const row = one("0123456789abcdefghij", "xyz");
  expect([text(row.tokens), row.scored, row.truncated]).toEqual(["789abcdefghij xyz", 4, true]);
  expect(row.tokens).toHaveLength(17);
  expect(() => one("a", "0123456789abcdef")).toThrow(/t, line 1: a choice has 17 tokens, more than the context of 16/);
  expect(one("a", "0123456789abcde").scored).toBe(16);
});

test("tokens that join across the seam count from where the prompt's own tokens end", () => {
  // One token for each pair of letters: "abc" + "d" is ab cd, while "abc" alone is ab c.
  const encode = (whole: string) =>
    Int32Array.from(whole.match(/../gs)?.concat(whole.length % 2 ? [whole.slice(-1)] : []) ?? [whole], (part) =>
      [...part].reduce((code, letter) => code * 128 + letter.charCodeAt(0), 0),
    );
  const reading = { encode, context: 8, vocabulary: 2 ** 14 };
  const row = one("abc", " d", reading);
  expect([row.tokens.length, row.scored]).toEqual([3, 2]);
  expect(() => one("abc", " d", { ...reading, vocabulary: 100 })).toThrow(/outside the vocabulary of 100/);
  expect(() => one(" ", "d")).toThrow(/the prompt is blank/);
});

test("scores are the means that they are called, with the standard errors of means", () => {
  const task = parseTask("t", jsonl(...[0, 1, 1, 0].map((answer) => ({ prompt: "p", choices: ["a", "b"], answer }))));
  const choice = (loss: number, tokens: number, bytes: number) => ({ loss, tokens, bytes, greedy: false });
  const scores = taskScores(task, [
    // Right by both.
    [choice(2, 2, 2), choice(3, 2, 2)],
    // Lowest sum is wrong, lowest per byte is right.
    [choice(2, 1, 1), choice(3, 2, 6)],
    // A tie counts half.
    [choice(2, 1, 1), choice(2, 1, 1)],
    // Wrong by both.
    [choice(9, 3, 3), choice(1, 1, 1)],
  ]);
  const perToken = [1, 1.5, 2, 3];
  const error = (values: number[]) => {
    const mean = values.reduce((a, b) => a + b, 0) / 4;
    return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 3 / 4);
  };
  expect(scores).toEqual({
    questions: 4,
    chance: 0.5,
    accuracy: 1.5 / 4,
    accuracy_error: expect.closeTo(error([1, 0, 0.5, 0]), 12),
    accuracy_per_byte: 2.5 / 4,
    accuracy_per_byte_error: expect.closeTo(error([1, 1, 0.5, 0]), 12),
    loss: 7.5 / 4,
    loss_error: expect.closeTo(error(perToken), 12),
    bits_per_byte: expect.closeTo((1 + 0.5 + 2 + 3) / 4 / Math.LN2, 12),
    bits_per_byte_error: expect.closeTo(error([1, 0.5, 2, 3]) / Math.LN2, 12),
  });
  const last = taskScores(parseTask("l", jsonl({ text: "a b" })), [[{ loss: 4, tokens: 2, bytes: 2, greedy: true }]]);
  expect(last).toEqual({ questions: 1, accuracy: 1, loss: 2, bits_per_byte: expect.closeTo(2 / Math.LN2, 12) });
});
