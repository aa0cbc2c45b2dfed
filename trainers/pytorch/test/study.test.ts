import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "@isoflop/laws";
import { expect, test } from "vitest";
import { command } from "../../../packages/lab/src/fixtures/testIo.js";
import { environment, python } from "./python.js";
import { losses, result } from "./runs.js";

test.skipIf(python === undefined)("a study trains its runs by PyTorch where study.yaml says so", async () => {
  const folder = mkdtempSync(join(tmpdir(), "isoflop-torch-study-"));
  const study = join(folder, "study");
  mkdirSync(study);
  const { integer } = createRandom(1);
  const words = ["the", "power", "of", "a", "law", "is", "its", "reach"];
  const text = Array.from({ length: 200_000 }, () => words[integer(8)]).join(" ");
  writeFileSync(join(folder, "text.txt"), text);
  writeFileSync(
    join(study, "study.yaml"),
    `name: torch
data: { corpus: ../text.txt }
trainer: { command: [${JSON.stringify(python)}, -m, isoflop_trainer, "{run}"] }
design: { kind: isoflop, budgets: [2e9], sizes: 3, span: 4, shapes: { context: 64 } }
evaluation: { sequences: 16 }
`,
  );
  process.env.ISOFLOP_CACHE = join(folder, "cache");
  process.env.PYTHONPATH = environment.PYTHONPATH;
  const { code, stderr } = await command("run", study);
  expect([code, stderr]).toEqual([0, expect.stringContaining("3")]);
  const runs = readdirSync(join(study, "runs"));
  expect(runs).toHaveLength(3);
  for (const run of runs) {
    const path = join(study, "runs", run);
    expect(result(path)).toMatchObject({ status: "done" });
    expect(result(path)["val/loss"]!).toBeLessThan(losses(path)[0]!);
  }
});
