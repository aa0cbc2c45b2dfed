import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Corpus } from "@isoflop/trainer";
import { expect, test } from "vitest";
import { command as isoflop } from "../../../packages/lab/src/fixtures/testIo.js";
import { createRun } from "../../../packages/lab/src/runs/folder.js";
import { parseStudy } from "../../../packages/lab/src/study/parse.js";
import { resolveRuns } from "../../../packages/lab/src/study/resolve.js";

const corpus: Corpus = {
  folder: "/nowhere",
  source: "planted",
  corpusHash: "c".repeat(64),
  tokenizer: "planted",
  tokenizerHash: "t".repeat(64),
  vocabulary: 32_768,
  tokenBytes: 2,
  trainTokens: 1e12,
  validationTokens: 1e8,
  validationBytesPerToken: 4.5,
  validationSets: [],
  documents: 1,
  validationDocuments: 0,
  documentsLeftOut: 0,
  split: "documents",
};

test.each(["torchtitan", "nanochat", "hugging-face"])(
  "the example for %s tells its trainer all of every run",
  async (name) => {
    const text = await readFile(new URL(`../examples/${name}.yaml`, import.meta.url), "utf8");
    const study = parseStudy(text, `${name}.yaml`);
    expect(study.trainer).toHaveProperty("command");
    const { command } = study.trainer as { command: string[] };
    const [, ...words] = command.slice(0, command.indexOf("--"));
    const [, , ...template] = command.slice(command.indexOf("--"));
    const runs = resolveRuns(study, corpus);
    expect(runs).toHaveLength(20);
    const folder = await mkdtemp(join(tmpdir(), "isoflop-examples-"));
    for (const spec of runs) {
      const run = await createRun(folder, spec);
      const own = words.filter((word) => !word.startsWith("--cwd")).map((word) => word.replace("{run}", run));
      const { code, stderr } = await isoflop(...own, "--", "/nowhere/trainer", ...template);
      // All is told and nothing differs: it comes as far as to start a program that is not there.
      expect([code, stderr]).toEqual([2, expect.stringContaining("cannot start /nowhere/trainer")]);
      expect(stderr).toContain(`${spec.steps}`);
      expect(stderr).not.toMatch(/\{(?!"min_lr_rate)/);
      const told = (option: string) => new RegExp(`${option}=(\\S+)`).exec(stderr)?.[1];
      for (const whole of [
        "local_batch_size",
        "validation.steps",
        "per_device_train_batch_size",
        "accumulation_steps",
      ]) {
        expect(told(whole) ?? "1").toMatch(/^[1-9]\d*$/);
      }
      if (name !== "nanochat") continue;
      // How nanochat makes its width of what it is told.
      const [depth, aspect, head] = ["--depth", "--aspect-ratio", "--head-dim"].map((option) => Number(told(option)));
      expect(Math.ceil((depth! * aspect!) / head!) * head!).toBe(spec.shape.width);
    }
    await rm(folder, { recursive: true, force: true });
  },
);
