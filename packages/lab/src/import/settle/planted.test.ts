import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../../fixtures/testIo.js";

let folder: string;
let to: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-planted-series-"));
  to = join(folder, "imported");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const logs = () => join(folder, "logs");
async function write(config: object, rows: readonly object[]): Promise<void> {
  await mkdir(join(logs(), "run"), { recursive: true });
  await writeFile(join(logs(), "run", "config.json"), JSON.stringify(config));
  await writeFile(join(logs(), "run", "metrics.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}
const take = async (...flags: string[]) => {
  const { code, stdout } = await command("import", logs(), "--to", to, "--json", ...flags);
  expect(code).toBe(0);
  const record = JSON.parse(await readFile(join(to, "records.jsonl"), "utf8"));
  return { ...JSON.parse(stdout), record };
};

describe("isoflop import of planted series", () => {
  it("has the loss, and the N, D and C that belong to it, by every rule; the sources are read for the first alone", async () => {
    const losses = [5, 4, 3.5, 3, 3.25, 3.75, 3.5, 3.125];
    const rows = losses.map((loss, i) => ({ step: 10 * (i + 1), tokens: 1e8 * (i + 1), "val/loss": loss }));
    await write({ n_params_total: 1e7 }, rows);
    const weights = losses.map((_, i) => 0.5 ** (losses.length - 1 - i));
    const smooth = losses.reduce((sum, loss, i) => sum + loss * weights[i]!, 0) / weights.reduce((a, b) => a + b);
    const expected: [rule: string, loss: number, tokens: number][] = [
      ["last", 3.125, 8e8],
      ["mean:4", (3.25 + 3.75 + 3.5 + 3.125) / 4, 8e8],
      ["mean:1000", 29.125 / 8, 8e8],
      ["smooth:0.5", smooth, 8e8],
      ["min-val", 3, 4e8],
    ];
    for (const [rule, loss, D] of expected) {
      const { record } = await take("--loss", rule);
      expect({ rule, ...record }).toMatchObject({ rule, N: 1e7, D, C: 6e7 * D });
      expect(record.loss).toBeCloseTo(loss, 14);
      // From here on there is another folder with no run in it, and what was kept.
      await rm(join(logs(), "run"), { recursive: true, force: true });
    }
  });

  it.each([
    ["N, under another name", { total_params: 1e7 }, {}],
    ["D, by steps and batch", {}, { tokens: 1e9 }],
    ["C, as a total", { total_flops: 6e16 }, {}],
    ["C, as a series", {}, { total_flops: 6e16 }],
  ])("%s, may differ by 0.9 % in silence, and not by 1.1 %", async (_, config, row) => {
    for (const by of [0.991, 1.009, 0.989, 1.011]) {
      const scaled = (values: object) =>
        Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value * by]));
      const end = { step: 1000, tokens: 1e9, "val/loss": 3 };
      await write({ n_params_total: 1e7, batch_tokens: 1e6, ...scaled(config) }, [{ ...end, ...scaled(row) }]);
      const { warnings, record } = await take();
      expect({ by, count: record.warnings.length }).toEqual({ by, count: Math.abs(by - 1) > 0.01 ? 1 : 0 });
      expect(warnings).toHaveLength(record.warnings.length);
    }
  });
});
