import { createHash } from "node:crypto";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { RunSpec } from "../../../packages/trainer/src/contract/runSpec.js";
import { encoderOf } from "../../../packages/trainer/src/tasks/encoder.js";
import { rowsOf } from "../../../packages/trainer/src/tasks/rows.js";
import { parseTask } from "../../../packages/trainer/src/tasks/taskFile.js";
import { tinyCorpus, tinyRunFolder, tinySpec } from "../../../packages/trainer/src/training/tinyRun.js";
import { train } from "../../../packages/trainer/src/training/train.js";
import { askPython } from "./ask.js";
import { haveTokenizers, python, trainWithTorch } from "./python.js";
import { result } from "./runs.js";

if (python !== undefined && !haveTokenizers)
  console.warn("no tokenizers (pip install --no-deps -r trainers/pytorch/test/requirements.txt): skipped");

const fixtures = "../../../packages/trainer/src/data/tokenizer/fixtures/";
const fixture = (name: string) => readFileSync(fileURLToPath(new URL(`${fixtures}${name}`, import.meta.url)), "utf8");
const golden = JSON.parse(fixture("golden.json")) as { kind: string; json: Record<string, unknown> }[];
/** Of many scripts, with blanks of all kinds; each cut in two, so that a word of the prompt goes on in the choice. */
const probes = fixture("probes.txt").trimEnd().split("\n====\n");
const sentences = fixture("sample.txt").split(/(?<=[.;])\s+/);

const choices = probes.map((text) => {
  const half = Math.ceil(text.length / 2);
  // Never between the halves of a surrogate pair.
  const cut = /[\udc00-\udfff]/.test(text[half]!) ? half + 1 : half;
  return { prompt: `In a word, ${text.slice(0, cut)}`, choices: [text.slice(cut), "a choice", " an other"], answer: 0 };
});
const lastWords = sentences.filter((text) => /\S\s+\S/.test(text.trim())).map((text) => ({ text }));

/** A spec whose cache holds a tokenizer and whose tasks are all of the questions. */
function specUnder(json: object, change: Partial<RunSpec> = {}): RunSpec {
  const folder = tinyCorpus();
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
  const tasks = Object.entries({ choices, lastWords }).map(([name, questions]) => {
    const content = questions.map((question) => `${JSON.stringify(question)}\n`).join("");
    const file = join(folder, `${name}.jsonl`);
    writeFileSync(file, content);
    return { name, file, hash: createHash("sha256").update(content).digest("hex").slice(0, 16) };
  });
  const base = tinySpec(folder, change);
  return {
    ...base,
    shape: { ...base.shape, vocabulary: 1200, context: 96 },
    batch: { ...base.batch, tokens: 96 * base.batch.sequences },
    data: { ...base.data, tokenizer: "tokenizer.json", tokenizerHash: "golden" },
    tasks,
  };
}

describe.skipIf(!haveTokenizers)("tasks under a tokenizer.json", () => {
  test("are the same rows of tokens by the JavaScript library and by Hugging Face's own, for every kind of tokenizer", () => {
    const [gpt2] = golden;
    // What a tokenizer.json may say of its own model's lengths is not for ours.
    const limits = {
      truncation: { direction: "Right", max_length: 3, strategy: "LongestFirst", stride: 0 },
      padding: {
        strategy: { Fixed: 64 },
        direction: "Right",
        pad_to_multiple_of: null,
        pad_id: 0,
        pad_type_id: 0,
        pad_token: "<|endoftext|>",
      },
    };
    const specs = [...golden.map(({ json }) => json), { ...gpt2!.json, ...limits }].map((json) => specUnder(json));
    const answers = askPython(specs.map((spec) => ({ ask: "rows", spec })));
    specs.forEach((spec, i) => {
      const reading = { encode: encoderOf(spec.data), ...spec.shape };
      const rows = spec.tasks.flatMap(({ file }) =>
        rowsOf(parseTask(file, readFileSync(file, "utf8")), reading).flat(),
      );
      expect(rows.length).toBe(3 * choices.length + lastWords.length);
      const ours = rows.flatMap((row) => [row.scored, row.bytes, +row.truncated, row.tokens.length, ...row.tokens]);
      expect(Array.from(answers[i]!)).toEqual(ours);
    });
    expect(Array.from(answers.at(-1)!)).toEqual(Array.from(answers[0]!));
  });

  test("have the same scores, of the same parameters, by both trainers", async () => {
    const spec = specUnder(golden[0]!.json, { steps: 20 });
    const ours = tinyRunFolder(spec);
    await train(ours, spec, new AbortController().signal);
    const theirs = tinyRunFolder(spec);
    for (const name of ["checkpoint", "metrics.jsonl"])
      cpSync(join(ours, name), join(theirs, name), { recursive: true });
    expect(trainWithTorch(theirs)).toMatchObject({ status: 0, stderr: "" });
    const [a, b] = [result(ours).tasks!, result(theirs).tasks!];
    expect(a.choices).toMatchObject({ questions: choices.length });
    expect(a.lastWords).toMatchObject({ questions: lastWords.length });
    for (const name of ["choices", "lastWords"]) {
      expect(Object.keys(b[name]!).sort()).toEqual(Object.keys(a[name]!).sort());
      for (const [key, value] of Object.entries(a[name]!))
        expect([key, b[name]![key]]).toEqual([key, expect.closeTo(value, 5)]);
    }
  });

  test("a continuation without a token of its own is refused, with file and line", () => {
    const spec = specUnder({ ...golden[0]!.json, normalizer: { type: "Strip", strip_left: false, strip_right: true } });
    const file = join(spec.data.folder, "blank.jsonl");
    const content = '{"prompt": "one", "last": "two"}\n{"prompt": "one", "last": "  "}\n';
    writeFileSync(file, content);
    const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
    const { status, stderr } = trainWithTorch(tinyRunFolder({ ...spec, tasks: [{ name: "blank", file, hash }] }));
    expect([status, stderr]).toEqual([2, expect.stringMatching(/blank\.jsonl, line 2: .*no token of its own/)]);
  });
});
