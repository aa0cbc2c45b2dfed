import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { command as isoflop } from "../../../packages/lab/src/fixtures/testIo.js";
import { createRun } from "../../../packages/lab/src/runs/folder.js";
import { readMetrics } from "../../../packages/lab/src/runs/metrics.js";
import { toRecords } from "../../../packages/lab/src/runs/records.js";
import { readRunState } from "../../../packages/lab/src/runs/status.js";
import { COUNTING, every, STEPS, spec } from "./cases.js";
import { inFolder } from "./folder.js";

let folder: string;
inFolder((made) => {
  folder = made;
});

describe("an adapter of one's own", () => {
  const OWN = fileURLToPath(new URL("../nanogpt.mjs", import.meta.url));
  const differing = "--accept=shape,schedule,optimizer,data,runtime,seed,evaluation,parametrisation";
  const nanogpt = (run: string, script: string) =>
    isoflop(
      "adapt",
      OWN,
      run,
      differing,
      "--",
      process.execPath,
      "-e",
      script,
      "--",
      "--max_iters={steps}",
      "--batch_size={batch.sequences}",
    );
  /** nanoGPT's loop: it evaluates before the update of that number, and makes one update more than max_iters. */
  const loop = (evaluates: boolean) => `
    for (let i = 0; i <= ${STEPS}; i++) {
      if (${evaluates} && i % 10 === 0) console.log("step " + i + ": train loss 3.0, val loss " + (3 + 1 / (i + 1)).toFixed(4));
      console.log("iter " + i + ": loss " + (4 - i / 100).toFixed(4) + ", time 148.74ms, mfu 0.01%");
    }`;

  test("is a module of thirty lines, and trains runs as the others do", async () => {
    const run = await createRun(folder, spec);
    expect(await nanogpt(run, loop(true))).toMatchObject({ code: 0 });
    const state = (await readRunState(run))!;
    expect(state.result).toMatchObject({ status: "done", steps: STEPS, trainer: "nanogpt", "val/loss": 3.0476 });
    const lines = await readMetrics(run);
    expect(lines.map(({ step }) => step)).toEqual(every(1));
    expect(lines.map((line) => line["train/loss"])).toEqual(
      every(1).map((step) => Number((4 - (step - 1) / 100).toFixed(4))),
    );
    expect(lines.filter((line) => line["val/loss"] !== undefined).map(({ step }) => step)).toEqual([10, 20]);
    // Whose text it validates on is not known, so bits per byte are not either.
    expect(lines.at(-1)).not.toHaveProperty("val/bits_per_byte");
    expect(lines.at(-1)).not.toHaveProperty("lr");
  });

  test("whose log has no validation loss of the last step: no fit takes the run, and it says why", async () => {
    const run = await createRun(folder, spec);
    expect(await nanogpt(run, loop(false))).toMatchObject({ code: 0 });
    const { records, dropped } = await toRecords([(await readRunState(run))!], COUNTING, "fit");
    expect(records).toEqual([]);
    expect(dropped[0]!.reason).toContain("no validation loss of step 20");
  });
});
