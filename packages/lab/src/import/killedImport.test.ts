import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { importRuns } from "./importRuns.js";

const BUILT = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const RUNS = 300;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-killed-import-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const logs = () => join(folder, "logs");
const take = (to: string) => importRuns([logs()], { to, loss: "last", counting: "6N" });

async function writeRun(i: number): Promise<void> {
  const path = join(logs(), `run ${i}`);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, "config.json"), JSON.stringify({ n_params_total: 1e6 * (1 + i) }));
  const lines = Array.from({ length: 100 }, (_, k) =>
    JSON.stringify({ step: k + 1, tokens: 1e7 * (k + 1), "val/loss": 3 + 1 / (k + 1 + i) }),
  );
  await writeFile(join(path, "metrics.jsonl"), `${lines.join("\n")}\n`);
}

/** Every file below a folder, with what is in it. */
async function filesOf(path: string): Promise<Map<string, string>> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = async (file: string) => [file.slice(path.length), await readFile(file, "utf8")] as const;
  return new Map((await Promise.all(files.sort().map(read))).sort());
}

describe("a killed import", () => {
  it("goes on after SIGKILL in the middle to the same bytes, and leaves nothing half-written", async () => {
    if (!existsSync(BUILT)) throw new Error(`${BUILT} is not built: run npm run build first`);
    for (let i = 0; i < RUNS; i++) await writeRun(i);
    const [calm, rough] = [join(folder, "calm"), join(folder, "rough")];
    await take(calm);
    const done = async () => (await readdir(join(rough, "runs")).catch(() => [])).length;
    let kills = 0;
    for (const more of [1, 60, 60]) {
      const enough = (await done()) + more;
      const child = spawn(process.execPath, [BUILT, "import", logs(), "--to", rough], { stdio: "ignore" });
      const ended = new Promise((resolve) => child.on("close", (_, signal) => resolve(signal)));
      while (child.exitCode === null && (await done()) < enough) await delay(2);
      child.kill("SIGKILL");
      if ((await ended) === "SIGKILL") kills++;
    }
    expect(kills).toBeGreaterThan(0);
    expect(await take(rough)).toMatchObject({ failed: [] });
    expect(await filesOf(rough)).toEqual(await filesOf(calm));
  });

  it("between two copies of a run keeps the one that was there, though its source be gone, and no other's remains", async () => {
    for (let i = 0; i < 3; i++) await writeRun(i);
    const to = join(folder, "imported");
    const { manifest } = await take(to);
    const [first, second, third] = manifest.runs.map(({ id }) => id);
    const before = await filesOf(to);
    // As a kill between the renames of the first run leaves it, after those of the second, and while the third is written.
    await rename(join(to, "runs", first!), join(to, "runs", `.${first}.before`));
    for (const name of [`.${first}.partial`, `.${second}.before`, `.${third}.partial`]) {
      await mkdir(join(to, "runs", name), { recursive: true });
      await appendFile(join(to, "runs", name, "points.jsonl"), '{"key":"loss","st');
    }
    await writeFile(join(to, ".0123456789ab.tmp"), '{"format": 1, "ru');
    const gone = manifest.runs.find(({ id }) => id === first)!.path;
    await rm(gone, { recursive: true });
    expect(await take(to)).toMatchObject({ added: 0, changed: 0, unchanged: 2, kept: 1, failed: [] });
    expect((await readdir(join(to, "runs"))).sort()).toEqual([first, second, third].sort());
    expect(await filesOf(to)).toEqual(before);
  });
});
