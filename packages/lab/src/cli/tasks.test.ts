import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "@isoflop/laws";
import { parseTask } from "@isoflop/trainer";
import { afterEach, beforeEach, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";
import { prepareDesign } from "../steps/design.js";
import { openStudy } from "../study/folder.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-tasks-"));
  process.env.ISOFLOP_CACHE = join(folder, "cache");
  await mkdir(join(folder, "texts"));
  const { integer } = createRandom(1);
  for (let text = 0; text < 40; text++) {
    const sentences = Array.from(
      { length: 400 },
      (_, s) => `${Array.from({ length: 9 }, () => `word${integer(5000)}`).join(" ")} of ${"abcdef"[s % 6]}nd.`,
    );
    await writeFile(join(folder, "texts", `${text}.txt`), sentences.join(" "));
  }
  await writeFile(
    join(folder, "study.yaml"),
    "name: made\ndata: { corpus: texts, validation: 20% }\ndesign: { kind: isoflop, budgets: [1e10], sizes: 3 }\n",
  );
});
afterEach(async () => {
  delete process.env.ISOFLOP_CACHE;
  await rm(folder, { recursive: true, force: true });
});

it("isoflop tasks writes questions of held-out text alone, and never over what is there", async () => {
  const made = await command("tasks", folder, "--count", "50", "--json");
  expect(made.code).toBe(0);
  const { tasks } = JSON.parse(made.stdout) as { tasks: { name: string; file: string; written: boolean }[] };
  expect(tasks.map(({ name, written }) => [name, written])).toEqual([
    ["continuation", true],
    ["last-word", true],
  ]);
  const texts = await Promise.all(
    Array.from({ length: 40 }, (_, i) => readFile(join(folder, "texts", `${i}.txt`), "utf8")),
  );
  const sources = new Set<number>();
  for (const { file } of tasks) {
    const task = parseTask(file, await readFile(file, "utf8"));
    expect(task.questions).toHaveLength(50);
    for (const { prompt, choices, answer } of task.questions)
      sources.add(texts.findIndex((text) => text.includes(prompt + choices[answer]!)));
  }
  // A fifth of forty documents is held out.
  expect(sources.has(-1)).toBe(false);
  expect(sources.size).toBeLessThanOrEqual(9);
  const before = await readFile(tasks[0]!.file, "utf8");
  const again = await command("tasks", folder, "--count", "20", "--seed", "5");
  expect(again.stdout).toMatch(/was there already, left as it is\n.*was there already/);
  expect(await readFile(tasks[0]!.file, "utf8")).toBe(before);
  const refused = await command("tasks", folder, "--count", "1e9");
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("Give a whole number")]);
});

it("a study's tasks go into its runs by their content, and a missing or damaged file is told before any training", async () => {
  expect((await command("tasks", folder, "--count", "20")).code).toBe(0);
  const file = join(folder, "study.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(file, `${text}tasks: { continuation: tasks/continuation.jsonl }\n`);
  const named = await prepareDesign(await openStudy(folder), { log: () => {} });
  const content = await readFile(join(folder, "tasks", "continuation.jsonl"));
  const hash = createHash("sha256").update(content).digest("hex");
  expect(named.runs.length).toBeGreaterThan(0);
  for (const run of named.runs) {
    expect(run.tasks).toEqual([{ name: "continuation", file: "tasks/continuation.jsonl", hash }]);
  }
  await writeFile(join(folder, "tasks", "continuation.jsonl"), '{"prompt": "no choices"}\n');
  const damaged = await command("run", folder, "--dry-run");
  expect([damaged.code, damaged.stderr]).toEqual([2, expect.stringMatching(/continuation\.jsonl.*line 1/)]);
  await rm(join(folder, "tasks"), { recursive: true });
  const missing = await command("run", folder, "--dry-run");
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining("Cannot read the task continuation")]);
  expect((await command("tasks", folder, "--count", "20")).code).toBe(0);
});

it("the questions that it writes can be scored in the study's context; what cannot be is told once, before any training", async () => {
  const file = join(folder, "study.yaml");
  const text = (await readFile(file, "utf8")).replace("sizes: 3", "sizes: 3, shapes: { context: 32 }");
  await writeFile(file, text);
  // Eight words of this text are some seventy bytes.
  expect((await command("tasks", folder, "--count", "50")).code).toBe(0);
  const questions = await readFile(join(folder, "tasks", "continuation.jsonl"), "utf8");
  const { choices } = JSON.parse(questions.split("\n")[0]!) as { choices: string[] };
  for (const choice of choices) expect(choice.length).toBeLessThanOrEqual(16);
  const named = (tasks: string) => writeFile(file, `${text}tasks: { ${tasks} }\n`);
  await named("c: tasks/continuation.jsonl, l: tasks/last-word.jsonl");
  expect((await command("run", folder, "--dry-run", "--speed", "1e10")).code).toBe(0);
  const long = { prompt: "word1", choices: ["word2", "x".repeat(40)], answer: 0 };
  await writeFile(join(folder, "long.jsonl"), `${JSON.stringify(long)}\n`);
  await named("long: long.jsonl");
  const refused = await command("run", folder, "--dry-run");
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/long\.jsonl, line 1: a choice has 41 tokens, more than the context of 32/);
  expect(refused.stderr).toMatch(/design\.shapes\.context/);
});
