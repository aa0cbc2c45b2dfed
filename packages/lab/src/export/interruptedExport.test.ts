import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lockStudy } from "../executors/studyLock.js";
import { command } from "../fixtures/testIo.js";
import { importRuns } from "../import/importRuns.js";

const BUILT = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const PARTIAL = /^\.[0-9a-f]{12}\.partial$/;

const isRoot = process.getuid?.() === 0 && process.platform === "linux";
const mount = (program: string, ...args: string[]): void => void execFileSync(program, args);

let folder: string;
let imported: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-interrupted-export-"));
  const logs = join(folder, "logs");
  for (let i = 0; i < 6; i++) {
    await mkdir(join(logs, `run ${i}`), { recursive: true });
    await writeFile(join(logs, `run ${i}`, "config.json"), JSON.stringify({ n_params_total: 1e6 * (1 + i) }));
    const lines = Array.from(
      { length: 20_000 },
      (_, k) => `{"step":${k},"tokens":${k + 1}e4,"val/loss":${3 + 1 / (k + 1)}}\n`,
    );
    await writeFile(join(logs, `run ${i}`, "metrics.jsonl"), lines.join(""));
  }
  imported = join(folder, "imported");
  await importRuns([logs], { to: imported, loss: "last", counting: "6N" });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Exports by a process of its own, which is sent a signal once it writes points; gives the signal that ended it. */
async function interrupted(to: string, signal: NodeJS.Signals): Promise<unknown> {
  if (!existsSync(BUILT)) throw new Error(`${BUILT} is not built: run npm run build first`);
  const args = ["export", imported, "--to", to, "--what", "curves", "--format", "csv,parquet,json"];
  const child = spawn(process.execPath, [BUILT, ...args], { stdio: "ignore" });
  const ended = new Promise((resolve) => child.on("close", (code, by) => resolve(by ?? code)));
  const isWriting = async () => {
    const partial = (await readdir(to).catch(() => [])).find((name) => PARTIAL.test(name));
    return partial !== undefined && existsSync(join(to, partial, "points.csv"));
  };
  while (child.exitCode === null && !(await isWriting())) await delay(2);
  child.kill(signal);
  return ended;
}

describe("an export that is stopped", () => {
  it("by Ctrl-C leaves no folder where none was, an earlier export as it was, and ends as by the signal", async () => {
    const to = join(folder, "stopped");
    expect(await interrupted(to, "SIGINT")).toBe("SIGINT");
    expect(existsSync(to)).toBe(false);
    expect((await command("export", imported, "--to", to, "--what", "records")).code).toBe(0);
    const before = await readFile(join(to, "export.json"), "utf8");
    expect(await interrupted(to, "SIGTERM")).toBe("SIGTERM");
    expect((await readdir(to)).sort()).toEqual(["export.json", "records.csv"]);
    expect(await readFile(join(to, "export.json"), "utf8")).toBe(before);
  });

  it("by SIGKILL leaves what the next one removes", async () => {
    const to = join(folder, "killed");
    expect(await interrupted(to, "SIGKILL")).toBe("SIGKILL");
    expect((await readdir(to)).filter((name) => PARTIAL.test(name))).toHaveLength(1);
    await writeFile(join(to, ".0123456789ab.tmp"), '{"format": 1, "fi');
    expect((await command("export", imported, "--to", to, "--what", "records")).code).toBe(0);
    expect((await readdir(to)).sort()).toEqual(["export.json", "records.csv"]);
  });

  it("is not joined by another into the same folder", async () => {
    const to = join(folder, "busy");
    const unlock = await lockStudy(to, "export");
    expect(await command("export", imported, "--to", to, "--what", "records")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        `An export is being written into this folder by process ${process.pid} on ${hostname()}`,
      ),
    });
    await unlock();
    expect((await command("export", imported, "--to", to, "--what", "records")).code).toBe(0);
  });

  it.skipIf(!isRoot)(
    `by a disk that fills leaves nothing, or the export before${isRoot ? "" : " (only root can mount a small one)"}`,
    async () => {
      const small = join(folder, "small");
      await mkdir(small);
      mount("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small);
      try {
        const to = join(small, "exported");
        const all = ["export", imported, "--to", to, "--what", "records,curves"];
        const full = { code: 1, stderr: expect.stringMatching(/disk is full/) };
        expect(await command(...all)).toMatchObject(full);
        expect(await readdir(small)).toEqual([]);
        expect((await command("export", imported, "--to", to, "--what", "records")).code).toBe(0);
        const before = await readFile(join(to, "export.json"), "utf8");
        expect(await command(...all)).toMatchObject(full);
        expect((await readdir(to)).sort()).toEqual(["export.json", "records.csv"]);
        expect(await readFile(join(to, "export.json"), "utf8")).toBe(before);
      } finally {
        mount("umount", small);
      }
    },
  );
});
