import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { importRuns } from "./importRuns.js";
import { shippedMappings } from "./mapping/load.js";
import { openRunReader } from "./runReader.js";
import type { SettleOptions } from "./settle/settle.js";
import { chosenSources } from "./sources.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-reader-"));
  for (let run = 0; run < 6; run++) {
    const path = join(folder, "runs", `run ${run}`);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, "config.json"), JSON.stringify({ n_params: 1e6 * (run + 1) }));
    const lines = Array.from({ length: 50 }, (_, i) =>
      JSON.stringify({ step: i, tokens: 1000 * i, "val/loss": i === 7 ? "NaN" : 3 + run / (i + 1), ünal: -0 }),
    );
    await writeFile(join(path, "metrics.jsonl"), `${lines.join("\n")}\n`);
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const options: SettleOptions = { mappings: shippedMappings(), columns: {}, rule: { kind: "last" }, counting: "6N" };
const [source] = chosenSources("metrics", options.mappings, {});

/** Entries and files of all runs, read here (patience without end) or by threads from the first on. */
async function readAll(to: string, patience: number) {
  const reader = openRunReader(to, options, patience);
  try {
    const entries = await Promise.all(
      Array.from({ length: 6 }, (_, run) =>
        reader.read(
          {
            id: `r${run}`,
            path: join(folder, "runs", `run ${run}`, "metrics.jsonl"),
            kind: "metrics",
            fingerprint: "f",
            settings: "s",
          },
          source!,
        ),
      ),
    );
    const again = await Promise.all(entries.map((entry) => reader.again(entry, "other")));
    const names = (await readdir(join(to, "runs"), { recursive: true })).sort();
    const files = names.filter((name) => name.endsWith("l") || name.endsWith("n"));
    return {
      entries,
      again,
      names,
      texts: await Promise.all(files.map((name) => readFile(join(to, "runs", name), "utf8"))),
    };
  } finally {
    await reader.close();
  }
}

describe("runs read by threads", () => {
  it("are what they are when read here, to the last byte", async () => {
    const here = await readAll(join(folder, "here"), Number.POSITIVE_INFINITY);
    const there = await readAll(join(folder, "there"), 0);
    expect(there).toEqual(here);
    expect(here.names).toContain("r5/points.jsonl");
    expect(here.entries[5]).toMatchObject({ points: 150, outcome: { record: { parameters: 6e6, tokens: 49_000 } } });
  });

  it("fail by themselves, with the reason", async () => {
    const reader = openRunReader(join(folder, "to"), options, 0);
    try {
      const path = join(folder, "runs", "run 0", "metrics.jsonl");
      await writeFile(path, Buffer.from("\uFEFF{}", "utf16le"));
      const task = { path, kind: "metrics", fingerprint: "f", settings: "s" };
      await expect(reader.read({ ...task, id: "a" }, source!)).rejects.toMatchObject({
        code: "file-encoding",
        hint: expect.stringMatching(/iconv/),
      });
      const other = join(folder, "runs", "run 1", "metrics.jsonl");
      expect(await reader.read({ ...task, id: "b", path: other }, source!)).toMatchObject({ points: 150 });
    } finally {
      await reader.close();
    }
  });
});

it("a stored file that was torn is noticed, and its run read again", async () => {
  const to = join(folder, "to");
  const take = () => importRuns([join(folder, "runs")], { to, loss: "last", counting: "6N" });
  const { manifest } = await take();
  const [first, second, third] = manifest.runs.map(({ id }) => join(to, "runs", id));
  await truncate(join(first!, "points.jsonl"), 100);
  await truncate(join(second!, "curve.jsonl"), 0);
  await rm(third!, { recursive: true });
  expect(await take()).toMatchObject({ added: 0, changed: 3, unchanged: 3 });
  expect(await take()).toMatchObject({ changed: 0, unchanged: 6, manifest });
});
