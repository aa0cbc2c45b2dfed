import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "@isoflop/laws";
import { expect, test } from "vitest";
import type { RunSpec } from "../contract/runSpec.js";
import { openSession } from "../engine/session.js";
import { tensor } from "../engine/tensor.js";
import { initialParameters } from "../model/initialise.js";
import { parameterGroups } from "../model/parameters.js";
import { gradientModel } from "../training/graphs.js";
import { segmentTensors } from "../training/state.js";
import { tinyCorpus, tinySpec } from "../training/tinyRun.js";
import { train } from "../training/train.js";
import { readTasks } from "./runTasks.js";
import type { TaskScores } from "./scores.js";

const corpus = tinyCorpus();
const never = new AbortController().signal;
const { integer } = createRandom(11);

/** A run in a study of its own, with tasks of these lines. */
function runWith(tasks: Record<string, readonly object[]>, change: Partial<RunSpec> = {}) {
  const study = mkdtempSync(join(tmpdir(), "isoflop-tasks-"));
  const folder = join(study, "runs", "one");
  mkdirSync(folder, { recursive: true });
  const files = Object.entries(tasks).map(([name, lines]) => {
    const content = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    writeFileSync(join(study, `${name}.jsonl`), content);
    return { name, file: `${name}.jsonl`, hash: createHash("sha256").update(content).digest("hex") };
  });
  return { study, folder, spec: tinySpec(corpus, { tasks: files, ...change }) };
}

/** The source's walk: never the same letter twice. */
function walk(length: number, last: number): string {
  let text = "";
  for (let i = 0; i < length; i++) {
    last = (last + 1 + integer(3)) % 4;
    text += "abcd"[last];
  }
  return text;
}

/** One continuation that the source could have written among three that repeat a letter; the source has no blanks. */
const planted = Array.from({ length: 60 }, () => {
  const answer = integer(4);
  const prompt = `${walk(12, 0)}\n`;
  const choices = Array.from({ length: 4 }, (_, i) => {
    const letters = walk(6, integer(4));
    return i === answer ? letters : letters.replace(/^(..)(.).(.).$/, "$1$2$2$3$3");
  });
  return { prompt, choices: [...new Set(choices)], answer };
}).filter(({ choices }) => choices.length === 4);

test("a trained model scores a planted task as its source would have it, an untrained one at chance", async () => {
  const trained = runWith({ planted }, { steps: 300, tokens: 300 * 64 });
  const untrained = runWith({ planted }, { steps: 1, tokens: 64 });
  const scores = async ({ folder, spec }: ReturnType<typeof runWith>): Promise<TaskScores> => {
    await train(folder, spec, never);
    return JSON.parse(readFileSync(join(folder, "result.json"), "utf8")).tasks.planted;
  };
  const [after, before] = [await scores(trained), await scores(untrained)];
  expect(after.accuracy).toBeGreaterThan(0.95);
  expect(after.accuracy_per_byte).toBeGreaterThan(0.95);
  expect(before.chance).toBe(0.25);
  expect(Math.abs(before.accuracy_per_byte! - 0.25)).toBeLessThan(4 * before.accuracy_per_byte_error!);
  // A byte is a token, and the blank line between prompt and choice belongs to the choice.
  expect(after.bits_per_byte).toBeCloseTo(after.loss! / Math.LN2, 12);
  expect(before.loss! - after.loss!).toBeGreaterThan(1);
  expect(after.questions).toBe(planted.length);
  expect(after.truncated).toBe(planted.length);
});

/** Loss and greedy accuracy of single continuations by an untrained model. */
async function scoreOf(lines: readonly object[]): Promise<TaskScores> {
  const { folder, spec } = runWith({ one: lines });
  const groups = parameterGroups(spec.shape, spec.parametrisation);
  const fresh = segmentTensors("parameters", groups, initialParameters(groups, 5));
  return (await readTasks(folder, spec)(fresh, never))!.one!;
}

test("losses are those of training's own graph, and add up along a text", async () => {
  const spec = tinySpec(corpus);
  const groups = parameterGroups(spec.shape, spec.parametrisation);
  const parameters = segmentTensors("parameters", groups, initialParameters(groups, 5));
  const session = await openSession(gradientModel(spec, 1), 1);
  const text = "t 17 bytes here!!";
  const tokens = tensor("int32", Int32Array.from(Buffer.from(text)), [1, 17]);
  const loss = ((await session.run({ ...parameters, tokens })).loss!.data as Float32Array)[0]!;
  expect((await scoreOf([{ prompt: "t", last: text.slice(1) }])).loss).toBeCloseTo(loss, 5);
  // Shorter texts stand in rows that are filled up behind them.
  const parts = await Promise.all(
    (
      [
        ["t", " 17"],
        ["t 17", " bytes"],
        ["t 17 bytes", " here!!"],
      ] as const
    ).map(async ([prompt, last]) => (await scoreOf([{ prompt, last }])).loss! * last.length),
  );
  expect(parts.reduce((a, b) => a + b) / 16).toBeCloseTo(loss, 5);
  // In one task together: the mean over its questions.
  const both = await scoreOf([
    { prompt: "t", last: " 17" },
    { prompt: "t 17", last: " bytes" },
  ]);
  expect(both.loss).toBeCloseTo((parts[0]! / 3 + parts[1]! / 6) / 2, 5);
});

test("greedy continuation is right exactly where no other token is likelier", async () => {
  const scores = await Promise.all(
    Array.from({ length: 256 }, (_, code) => code)
      .filter((code) => code > 32 && code < 127)
      .map(async (code) => {
        const { accuracy, loss } = await scoreOf([{ prompt: "ab\n", last: String.fromCharCode(code) }]);
        return { accuracy: accuracy!, loss: loss! };
      }),
  );
  for (const { accuracy, loss } of scores) {
    if (loss > 2 * Math.log(256)) expect(accuracy).toBe(0);
  }
  expect(scores.filter(({ accuracy }) => accuracy === 1).length).toBeLessThanOrEqual(1);
});

test("a task that is gone, changed, or cannot be encoded stops a run before it trains", () => {
  const { study, folder, spec } = runWith({ one: [{ text: "a b" }] });
  writeFileSync(join(study, "one.jsonl"), '{"text": "a c"}\n');
  expect(() => readTasks(folder, spec)).toThrow(/one\.jsonl is not the file that the run was planned with/);
  const tasks = [{ ...spec.tasks[0]!, file: "two.jsonl" }];
  expect(() => readTasks(folder, { ...spec, tasks })).toThrow(/cannot read the task .*two\.jsonl/);
  const data = { ...spec.data, tokenizer: "gpt2" };
  expect(() => readTasks(folder, { ...spec, data })).toThrow(/cannot read the corpus's tokenizer/);
});
