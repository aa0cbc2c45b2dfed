// Compares the vocabularies that we train, and the encodings that we make, with Hugging Face's own tokenizers.
//   pip install tokenizers && npm run build && node dev/compareTokenizers.mjs [text file, …] [--write]
// --write makes the golden answers anew that the test battery holds the encoder to (packages/trainer/src/data/tokenizer/fixtures).
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createRandom } from "../packages/laws/dist/library.js";
import { createEncoder } from "../packages/trainer/dist/data/tokenizer/encoder.js";
import { splitWords } from "../packages/trainer/dist/data/tokenizer/pretokens.js";
import { trainBpe } from "../packages/trainer/dist/data/tokenizer/trainBpe.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const fixtures = "../packages/trainer/src/data/tokenizer/fixtures/";
const write = process.argv.includes("--write");
const files = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));

/** Characters that tokenizers disagree about: spaces of all kinds, marks, emoji, scripts, private use. */
const ODD =
  "\t\n\r \u0085\u00a0\u1680\u2003\u2028\u202f\u3000\ufeff\u200b\u200d\u0301\u0e33\u1e9e\u2160\u00bd\u0663\u4e2d\u6587\u3042\u30ab\uac00\u05d0\u0627\u0915\u093f\u{1f600}\u{1f468}\u{1f3fd}\u{20000}\ue000'’s'T\"#09aZ_-";
const { integer } = createRandom(1);
const odd = [...ODD];
const stress = Array.from({ length: 400 }, () =>
  Array.from({ length: 1 + integer(60) }, () =>
    integer(3) === 0 ? odd[integer(odd.length)] : String.fromCharCode(32 + integer(95)),
  ).join(""),
);
/** Few letters make many ties and overlaps. */
const letters = (alphabet, length) =>
  Array.from({ length }, () => (integer(6) === 0 ? " " : alphabet[integer(alphabet.length)])).join("");

const sample = readFileSync(here(`${fixtures}sample.txt`), "utf8");
const probes = readFileSync(here(`${fixtures}probes.txt`), "utf8")
  .trimEnd()
  .split("\n====\n");
const kinds = ["gpt2", "llama3", "llama2", "unigram", "wordpiece"];
const tasks = [
  ...kinds.map((kind) => ({
    name: `${kind}, sample`,
    kind,
    size: 600,
    train: [sample],
    encode: [...probes, ...stress],
  })),
  { name: "gpt2, two letters", kind: "gpt2", size: 700, train: [letters("ab", 20_000)], encode: [letters("ab", 3000)] },
  {
    name: "gpt2, five letters",
    kind: "gpt2",
    size: 2000,
    train: [letters("abcde", 60_000)],
    encode: [letters("abcde", 3000)],
  },
  { name: "gpt2, odd characters", kind: "gpt2", size: 500, train: stress, encode: stress },
  ...files.map((file) => {
    const text = readFileSync(file, "utf8");
    return { name: `gpt2, ${file}`, kind: "gpt2", size: 4096, train: [text], encode: [text] };
  }),
];

const reference = spawnSync("python3", [here("tokenizerAnswers.py")], {
  input: JSON.stringify({ tasks: tasks.map(({ name: _name, ...task }) => task) }),
  maxBuffer: 2 ** 30,
  stdio: ["pipe", "pipe", "inherit"],
  encoding: "utf8",
});
if (reference.status !== 0) throw new Error("dev/tokenizerAnswers.py failed: pip install tokenizers");
const { answers } = JSON.parse(reference.stdout);

let wrong = 0;
for (const [i, task] of tasks.entries()) {
  const { json, ids, times } = answers[i];
  const encode = createEncoder(json);
  const started = performance.now();
  const differing = task.encode.filter((text, at) => JSON.stringify(encode(text)) !== JSON.stringify(ids[at]));
  const encoded = performance.now();
  const seconds = (theirs, ours) => `(${theirs.toFixed(1)} s, ours ${(ours / 1000).toFixed(1)} s)`;
  const lines = [
    `${task.encode.length - differing.length} of ${task.encode.length} texts encoded alike ${seconds(times.encode, encoded - started)}`,
  ];
  if (task.kind === "gpt2") {
    const trainingStarted = performance.now();
    const words = new Map();
    for (const text of task.train) for (const word of splitWords(text)) words.set(word, (words.get(word) ?? 0) + 1);
    const ours = trainBpe(words, task.size);
    const took = seconds(times.train, performance.now() - trainingStarted);
    const { merges } = JSON.parse(json).model;
    const same = JSON.stringify(ours.merges) === JSON.stringify(merges);
    if (!same) wrong++;
    lines.push(`${merges.length} merges ${same ? "alike" : `differ (we made ${ours.merges.length})`} ${took}`);
  }
  const astral = differing.filter((text) => !text.includes("\u{20000}")).length;
  if (differing.length > 0) lines.push(`${astral} of the others without an ideograph beyond U+FFFF`);
  console.log(`${task.name.padEnd(30)} ${lines.join(", ")}`);
  for (const text of differing.slice(0, 3)) {
    const at = task.encode.indexOf(text);
    console.log(`   ${JSON.stringify(text)}\n     theirs ${ids[at]}\n     ours   ${encode(text)}`);
  }
  if (task.kind === "gpt2" || task.kind === "llama3") wrong += differing.length;
}
if (write) {
  const golden = kinds.map((kind, i) => ({
    kind,
    json: JSON.parse(answers[i].json),
    ids: answers[i].ids.slice(0, probes.length),
  }));
  writeFileSync(here(`${fixtures}golden.json`), `${JSON.stringify(golden)}\n`);
}
process.exitCode = wrong > 0 ? 1 : 0;
