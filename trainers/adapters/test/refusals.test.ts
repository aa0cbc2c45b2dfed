import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunSpec } from "@isoflop/trainer";
import { expect, test } from "vitest";
import { command as isoflop } from "../../../packages/lab/src/fixtures/testIo.js";
import { createRun } from "../../../packages/lab/src/runs/folder.js";
import { readRunState } from "../../../packages/lab/src/runs/status.js";
import { runId } from "../../../packages/lab/src/study/identity.js";
import { adaptArguments, CASES, type Case, parameters, shape, spec } from "./cases.js";
import { inFolder } from "./folder.js";

let folder: string;
inFolder((made) => {
  folder = made;
});

test("a run.json that wants what the trainer never does is refused, not trained otherwise", async () => {
  const other: RunSpec = { ...spec, shape: { ...shape, activation: "gelu" }, seed: 0 };
  const run = await createRun(folder, { ...other, id: runId(other) });
  const refused = await isoflop(...adaptArguments(CASES.nanochat!, "nanochat", run));
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(
    "shape.activation is relu2 there, gelu in run.json; seed is 42 there, 0 in run.json",
  );
  const [, ...rest] = CASES.nanochat!.options;
  const accepting = { ...CASES.nanochat!, options: [`${CASES.nanochat!.options[0]},shape.activation,seed`, ...rest] };
  process.env.FAKE_PARAMETERS = String(parameters.block);
  expect(await isoflop(...adaptArguments(accepting, "nanochat", run))).toMatchObject({ code: 0 });
  expect((await readRunState(run))!.result).toMatchObject({
    accepted: ["data", "evaluation.sequences", "optimizer", "runtime.precision", "shape.activation", "seed"],
  });
});

test("what would go wrong later is said at once", async () => {
  const run = await createRun(folder, spec);
  const one = CASES.nanochat!;
  const without = (word: string): Case => ({
    ...one,
    options: one.options.filter((option) => !option.includes(word)),
    template: one.template.filter((argument) => !argument.includes(word)),
  });
  const outcomes = await Promise.all(
    [
      without("--bytes-per-token"),
      without("{resume.step}"),
      without("--model-tag"),
      { ...one, template: [...without("={steps}").template, "--log-every={steps//10}"] },
      { ...one, template: [...one.template, "--x={shape.depth}"] },
      { ...one, options: [...one.options, "--accept=shpe"] },
      { ...one, options: [...one.options, "--fixed=sed=1"] },
    ].map((wrong) => isoflop(...adaptArguments(wrong, "nanochat", run))),
  );
  expect(outcomes.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2, 2]);
  expect(outcomes.map(({ stderr }) => stderr.split("\n")[0])).toEqual([
    expect.stringContaining("bits per byte"),
    expect.stringContaining("where to go on after a stop"),
    expect.stringContaining("--model-tag"),
    expect.stringContaining("nothing tells the trainer of steps (20)"),
    expect.stringContaining("run.json has no shape.depth"),
    expect.stringContaining("--accept shpe: run.json has no such field"),
    expect.stringContaining("--fixed sed: run.json has no such field"),
  ]);
  const missing = await isoflop("adapt", one.adapter, run, ...one.options, "--", "/nowhere/python", ...one.template);
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining("cannot start /nowhere/python") });
});

test("a run that has ended is left as it is", async () => {
  const run = await createRun(folder, spec);
  const result = JSON.stringify({ status: "done", steps: 20, tokens: 1280, flops: 1, wallSeconds: 1 });
  await writeFile(join(run, "result.json"), result);
  expect(await isoflop("adapt", "torchtitan", run, "--", "/nowhere/python")).toMatchObject({ code: 0 });
  expect(await readFile(join(run, "result.json"), "utf8")).toBe(result);
});
