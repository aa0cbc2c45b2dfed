import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { runSpecSchema } from "@isoflop/trainer";
import { afterEach, beforeEach, expect, it } from "vitest";

const BUILT = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "isoflop-bpe-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => {
    const words = Array.from(
      { length: 80 },
      (_, j) => ["the", "hen", "sees", "a", "tall", "tree"][(i * 7 + j * j) % 6],
    );
    return `${JSON.stringify({ body: `${from + i}: ${words.join(" ")}.` })}\n`;
  }).join("");

function run(...args: string[]) {
  const env = { ...process.env, ISOFLOP_CACHE: join(folder, "cache") };
  return spawnSync(process.execPath, [BUILT, ...args], { env, encoding: "utf8" });
}

it("a study on packed JSONL trains its own vocabulary, on a few unique tokens, with a further validation set", () => {
  mkdirSync(join(folder, "study"));
  writeFileSync(join(folder, "texts.jsonl.gz"), gzipSync(lines(0, 90)));
  writeFileSync(join(folder, "other.jsonl"), lines(200, 220));
  const study = (data: string) =>
    writeFileSync(
      join(folder, "study", "study.yaml"),
      `name: own-words
data: { corpus: ../texts.jsonl.gz, field: body, tokenizer: { bpe: 268 }, validation: 10%${data} }
design: { kind: isoflop, budgets: [1.5e8, 6e8], sizes: 3, span: 3, shapes: { context: 16 } }
evaluation: { sequences: 16 }
`,
    );
  study(", validationSets: { other: ../other.jsonl }, uniqueTokens: 2000");
  const first = run("run", join(folder, "study"), "--json");
  expect([first.status, first.stderr]).toEqual([0, expect.stringMatching(/training a vocabulary of 268 tokens/)]);
  const ids = readdirSync(join(folder, "study", "runs"));
  expect(ids).toHaveLength(6);
  const read = (id: string, file: string) => JSON.parse(readFileSync(join(folder, "study", "runs", id, file), "utf8"));
  const epochs = ids.map((id) => {
    const spec = runSpecSchema.parse(read(id, "run.json"));
    expect(spec.shape.vocabulary).toBe(268);
    expect(spec.data).toMatchObject({ tokenizer: "bpe-268", tokenBytes: 2, uniqueSequences: 125 });
    expect(spec.data.validationBytesPerToken).toBeGreaterThan(2);
    expect(spec.data.validationSets).toMatchObject([{ name: "other" }]);
    expect(spec.data.validationSets[0]!.bytesPerToken).toBeGreaterThan(2);
    expect(read(id, "result.json")).toMatchObject({ status: "done" });
    return spec.tokens / 2000;
  });
  expect(Math.max(...epochs)).toBeGreaterThan(1.5);
  expect(JSON.parse(run("run", join(folder, "study"), "--json").stdout)).toMatchObject({ trained: 0, done: 6 });

  study("");
  const refused = run("run", join(folder, "study"));
  expect(refused.status).toBe(2);
  expect(refused.stderr).toMatch(/wants .* tokens .* for training\.\n.*data\.repeat: true/);
});
