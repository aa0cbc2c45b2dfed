import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "@isoflop/laws";
import { expect, test } from "vitest";
import { prepareCorpus } from "../data/corpus/index.js";
import { continuationTask, lastWordTask } from "./buildTasks.js";
import { encoderOf } from "./encoder.js";
import { heldOutDocuments } from "./heldOut.js";
import { parseTask } from "./taskFile.js";

const { integer } = createRandom(2);
/** Sentences of numbered words: every word tells its place. */
const document = (name: string, sentences: number) =>
  Array.from(
    { length: sentences },
    (_, s) =>
      `${Array.from({ length: 6 + integer(5) }, (_, w) => `${name}${s}x${w}`).join(integer(4) ? " " : "\n")} end${"abcdefgh"[s % 8]}.`,
  ).join(" ");
const documents = [document("a", 120), document("b", 90), "too short"];

test("continuations: the answer goes on where its prompt ends, the others are of other passages, and no text comes twice", () => {
  const task = continuationTask(documents, createRandom(3), { count: 30, promptWords: 10, continuationWords: 5 });
  expect(task).toHaveLength(30);
  const plain = (text: string) => text.replace(/\s+/g, " ");
  const whole = documents.map(plain);
  for (const { prompt, choices, answer } of task) {
    expect(new Set(choices)).toHaveProperty("size", 4);
    choices.forEach((choice, i) => {
      expect(choice).toMatch(/^ \S/);
      expect(choice.trim().split(/\s+/)).toHaveLength(5);
      const joined = plain(prompt + choice);
      expect(whole.some((text) => text.includes(joined))).toBe(i === answer);
    });
  }
  expect(new Set(task.map(({ prompt }) => prompt)).size).toBe(30);
  expect(new Set(task.map(({ answer }) => answer))).toEqual(new Set([0, 1, 2, 3]));
  const words = task.flatMap(({ prompt, choices, answer }) => (prompt + choices[answer]!).split(/\s+/));
  const numbered = words.filter((word) => /\d/.test(word));
  expect(new Set(numbered).size).toBe(numbered.length);
  expect(parseTask("made", task.map((line) => JSON.stringify(line)).join("\n")).questions).toHaveLength(30);
});

test("answers that leave their prompt no room are made of fewer words, or are not asked for", () => {
  const fits = (answer: string) => answer.length <= 20;
  const task = continuationTask(documents, createRandom(3), { count: 30, promptWords: 10, fits });
  expect(task.every(({ choices }) => choices.every(fits))).toBe(true);
  const words = task.flatMap(({ choices }) => choices.map((choice) => choice.trim().split(/\s+/).length));
  expect(Math.max(...words)).toBe(4);
  const some = (answer: string) => !/[ab]$/.test(answer);
  const lasts = lastWordTask(documents, createRandom(3), { count: 20, fits: some });
  expect(lasts.every(({ last }) => some(last))).toBe(true);
  expect(() => lastWordTask(documents, createRandom(3), { count: 1, fits: () => false })).toThrow(/has 0 passages/);
});

test("last words: the word that ends a sentence, without its full stop, after whole sentences", () => {
  const task = lastWordTask(documents, createRandom(3), { count: 40, sentencesBefore: 2 });
  expect(task).toHaveLength(40);
  for (const { prompt, last } of task) {
    expect(last).toMatch(/^ end[a-h]$/);
    expect(prompt.match(/\./g)).toHaveLength(2);
    expect(
      documents.some((text) => text.includes(`${prompt}${last}.`) || text.includes(`${prompt}\n${last.trim()}.`)),
    ).toBe(true);
  }
  expect(new Set(task.map(({ prompt }) => prompt)).size).toBe(40);
  expect(parseTask("made", task.map((line) => JSON.stringify(line)).join("\n")).kind).toBe("last-word");
});

test("the same seed makes the same questions, another seed others; too little text is refused with what there is", () => {
  const make = (seed: number) => ({
    choices: continuationTask(documents, createRandom(seed), { count: 10 }),
    words: lastWordTask(documents, createRandom(seed), { count: 10 }),
  });
  expect(make(1)).toEqual(make(1));
  expect(make(2).choices).not.toEqual(make(1).choices);
  expect(make(2).words).not.toEqual(make(1).words);
  expect(() => continuationTask(documents, createRandom(1), { count: 1000 })).toThrow(
    /has \d+ passages, 1000 are needed/,
  );
  expect(() => lastWordTask(["One sentence only."], createRandom(1), { count: 1 })).toThrow(/has 0 passages that end/);
});

test("held-out documents are read back as they were, under bytes and under a vocabulary of the corpus's own", async () => {
  const folder = mkdtempSync(join(tmpdir(), "isoflop-held-out-"));
  const held = ["naïve café\nfirst  line", "\tsecond — line"];
  const lines = Array.from({ length: 400 }, (_, i) => `Line ${i} of a text whose words come back, again and again.\n`);
  writeFileSync(join(folder, "train.txt"), lines.join(""));
  mkdirSync(join(folder, "held"));
  for (const [i, text] of held.entries()) writeFileSync(join(folder, "held", `${i}.txt`), text);
  for (const tokenizer of ["bytes", { bpe: 300 }] as const) {
    const corpus = await prepareCorpus({
      source: join(folder, "train.txt"),
      tokenizer,
      validation: join(folder, "held"),
      cacheRoot: join(folder, "cache"),
    });
    expect(heldOutDocuments(corpus)).toEqual(held);
    const encode = encoderOf({ tokenizer: corpus.tokenizer, folder: corpus.folder });
    const tokens = encode(held.join("")).length;
    if (tokenizer === "bytes") expect(tokens).toBe(Buffer.byteLength(held.join("")));
    else expect(tokens).toBeLessThan(Buffer.byteLength(held.join("")));
  }
  expect(() => encoderOf({ tokenizer: "bpe-300", folder })).toThrow(/cannot read the corpus's tokenizer/);
});
