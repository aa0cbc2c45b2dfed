import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countParameters, createRandom } from "@isoflop/laws";
import { expect, test } from "vitest";
import { readMetrics } from "./metricsFile.js";
import { tinyRunFolder, tinySpec } from "./tinyRun.js";
import { train } from "./train.js";

test.each([
  [50_257, 2],
  [70_001, 4],
] as const)(
  "a vocabulary of %i tokens of %i bytes starts from its entropy and is learned",
  async (vocabulary, tokenBytes) => {
    const folder = mkdtempSync(join(tmpdir(), "isoflop-wide-"));
    // Four tokens from end to end of the vocabulary, never the same twice in a row.
    const used = [0, 11, Math.floor(vocabulary / 2), vocabulary - 1];
    const { integer } = createRandom(5);
    let place = 0;
    for (const [split, length] of [
      ["train", 5000],
      ["validation", 700],
    ] as const) {
      const tokens = Array.from({ length }, () => {
        place = (place + 1 + integer(3)) % 4;
        return used[place]!;
      });
      writeFileSync(
        join(folder, `${split}.bin`),
        tokenBytes === 2 ? Uint16Array.from(tokens) : Uint32Array.from(tokens),
      );
    }
    const tiny = tinySpec(folder, { steps: 60 });
    const shape = { ...tiny.shape, vocabulary };
    const spec = { ...tiny, shape, parameters: countParameters(shape), data: { ...tiny.data, tokenBytes } };
    const run = tinyRunFolder(spec);
    await train(run, spec, new AbortController().signal);
    const metrics = readMetrics(join(run, "metrics.jsonl"));
    // Logits of variance v cost about v / 2 more than equal ones.
    expect(metrics[0]!["train/loss"]).toBeGreaterThan(Math.log(vocabulary) - 0.1);
    expect(metrics[0]!["train/loss"]).toBeLessThan(Math.log(vocabulary) + 1.5);
    const { "val/loss": loss } = JSON.parse(readFileSync(join(run, "result.json"), "utf8"));
    expect(loss).toBeGreaterThan(Math.log(3) - 0.02);
    expect(loss).toBeLessThan(2);
  },
);
