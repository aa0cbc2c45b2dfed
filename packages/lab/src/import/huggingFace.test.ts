import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { importRuns } from "./importRuns.js";

// Written by transformers (fixtures/versions.json) with dev/huggingFaceTrainer.py; dev/importFixtures.py says how.
const fixture = fileURLToPath(new URL("fixtures/hugging-face", import.meta.url));
/** A Llama of 2 layers, width 32, 2 heads, feed-forward 64, vocabulary 128, untied. */
const BLOCK = 2 * (4 * 32 ** 2 + 3 * 32 * 64 + 2 * 32) + 32;
const TOTAL = BLOCK + 2 * 128 * 32;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-trainer-state-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const take = (path: string, more = {}) =>
  importRuns([path], { to: join(folder, "to"), loss: "last", counting: "6N", ...more });

describe("the Trainer's output folder", () => {
  it("gives N from the model's configuration, D as seen, and the last validation loss; its total_flos agree", async () => {
    const { manifest, failed } = await take(fixture);
    expect(failed).toEqual([]);
    expect(manifest.runs).toHaveLength(1);
    const [run] = manifest.runs;
    expect(run).toMatchObject({ kind: "hugging-face", state: "finished", mapping: "hugging-face", warnings: [] });
    expect(run?.outcome).toMatchObject({
      record: {
        parameters: TOTAL,
        tokens: 1280,
        flops: 6 * TOTAL * 1280,
        loss: 4.796672344207764,
        lossKey: "eval_loss",
      },
    });
    const logged = await take(fixture, { counting: "logged" });
    expect(logged.manifest.runs[0]?.outcome).toMatchObject({ record: { flops: 189972480 } });
  });

  it("gives the same by the event files that it writes for TensorBoard", async () => {
    const { manifest } = await take(fileURLToPath(new URL("fixtures/trainer-tensorboard", import.meta.url)));
    expect(manifest.runs[0]).toMatchObject({
      kind: "tensorboard",
      mapping: "hugging-face",
      warnings: [],
      outcome: {
        record: { parameters: TOTAL, tokens: 1280, loss: Math.fround(4.796672344207764), lossKey: "eval/loss" },
      },
    });
  });

  it("that ends with NaN diverged, though JSON has no word for it; a torn state is told with its file", async () => {
    const path = join(folder, "runs", "a");
    await cp(fixture, path, { recursive: true });
    const state =
      '{"global_step": 2, "log_history": [{"step": 1, "loss": 3, "eval_loss": NaN}, {"step": 2, "loss": Infinity}]}';
    await writeFile(join(path, "trainer_state.json"), state);
    const { manifest } = await take(join(folder, "runs"));
    expect(manifest.runs[0]?.outcome).toEqual({ reason: expect.stringMatching(/eval_loss ends as NaN/) });
    await writeFile(join(path, "trainer_state.json"), state.slice(0, 60));
    const torn = await take(join(folder, "runs"));
    expect(torn.failed).toEqual([
      { path, reason: expect.stringMatching(/trainer_state\.json cannot be read: it is no JSON/) },
    ]);
    // What was imported before stays.
    expect(torn.manifest.runs).toHaveLength(1);
  });
});
