import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, statfs, truncate, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAttempts } from "../runs/attempts.js";
import { finishedRuns, makeStudy, outcomes, startLab, writeText } from "./chaosStudy.js";

let folder: string;
let cache: string;
let calm: string;
let expected: Awaited<ReturnType<typeof outcomes>>;
const textFile = () => join(folder, "text.txt");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-disturbed-"));
  cache = join(folder, "cache");
  await writeText(textFile());
  calm = await makeStudy(join(folder, "calm"), textFile(), 1);
  expect((await startLab(calm, cache).ended).code).toBe(0);
  expected = await outcomes(calm);
  expect(expected).toHaveLength(8);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A study like the calm one, all of whose runs are done but for their results. */
async function unfinishedCopy(name: string): Promise<string> {
  const study = join(folder, name);
  await cp(calm, study, { recursive: true });
  for (const { id } of expected) await rm(join(study, "runs", id, "result.json"));
  return study;
}

const isRoot = process.getuid?.() === 0;

describe("the same bits come out", () => {
  it("of run folders with torn metrics, half-written checkpoints and results, or files that are gone", async () => {
    const study = await unfinishedCopy("torn");
    const damages: ((run: string, checkpoint: string) => Promise<void>)[] = [
      async (run) => tear(join(run, "metrics.jsonl"), (size) => size - 20),
      async (run) => tear(join(run, "metrics.jsonl"), () => 40),
      async (_, checkpoint) => tear(checkpoint, (size) => size / 2),
      async (_, checkpoint) => {
        const bytes = await readFile(checkpoint);
        bytes[bytes.length - 9] = (bytes.at(-9) ?? 0) ^ 1;
        await writeFile(checkpoint, bytes);
      },
      async (_, checkpoint) => {
        await rename(checkpoint, `${checkpoint}.partial`);
        await tear(`${checkpoint}.partial`, (size) => size / 3);
      },
      async (run) => rm(join(run, "metrics.jsonl")),
      async (run) => writeFile(join(run, "result.json"), '{"status": "done", "steps"'),
      // What a power cut may leave of a file whose length had been written and whose content had not.
      async (run) => writeFile(join(run, "metrics.jsonl"), Buffer.alloc(4096)),
    ];
    for (const [i, damage] of damages.entries()) {
      const { id, checkpoint } = expected[i]!;
      const run = join(study, "runs", id);
      await damage(run, join(run, "checkpoint", checkpoint.name));
    }
    expect(await startLab(study, cache).ended).toMatchObject({ code: 0 });
    expect(await outcomes(study)).toEqual(expected);
  });

  it("where the clock jumps by days, forwards and backwards, and the lab is killed meanwhile", async () => {
    const study = await makeStudy(join(folder, "clock"), textFile(), 1);
    const jumps = `const now = Date.now, days = [0, 3, -400, 2000];
      Date.now = () => now() + 864e5 * days[Math.floor(performance.now() / 70) % days.length];
      globalThis.Date = new Proxy(Date, { construct: (of, args) => new of(...(args.length ? args : [Date.now()])) });`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(jumps)}` };
    const first = startLab(study, cache, { env });
    while ((await finishedRuns(study)).length < 2) await pause(20);
    first.process.kill("SIGKILL");
    await first.ended;
    expect(await startLab(study, cache, { env }).ended).toMatchObject({ code: 0 });
    expect(await outcomes(study)).toEqual(expected);
    const attempts = await Promise.all(expected.map(({ id }) => readAttempts(join(study, "runs", id))));
    const times = attempts.flat().flatMap(({ began, ended = began }) => [began, ended]);
    const years = times.map((time) => new Date(time).getFullYear());
    expect(Math.max(...years) - Math.min(...years)).toBeGreaterThan(0);
    // Those that ended while the lab was killed have nobody who noted it: at most as many as train at a time.
    const endings = attempts.map((of) => of.at(-1)?.ending);
    expect(new Set(endings.filter((ending) => ending !== undefined))).toEqual(new Set(["done"]));
    expect(endings.filter((ending) => ending === undefined).length).toBeLessThanOrEqual(2);
  });

  it("of two labs on one study: the second refuses and names the first, which goes on", async () => {
    const study = await makeStudy(join(folder, "two"), textFile(), 1);
    const first = startLab(study, cache);
    while (!existsSync(join(study, ".lock"))) await pause(5);
    // However long the second takes to start, the first is not through.
    first.process.kill("SIGSTOP");
    const second = await startLab(study, cache).ended;
    first.process.kill("SIGCONT");
    expect(second.code).toBe(1);
    expect(second.said).toContain(`being run by process ${first.process.pid} on ${hostname()} since`);
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(await outcomes(study)).toEqual(expected);
  });

  const canLose = !isRoot || spawnSync("setpriv", ["--version"]).status === 0;
  it.skipIf(!canLose)(
    `of run folders that could not be read for a while: the others are trained${canLose ? "" : " (root needs setpriv to be refused anything)"}`,
    async () => {
      const study = await unfinishedCopy("unreadable");
      const [closed, empty] = [expected[2]!.id, expected[5]!.id].map((id) => join(study, "runs", id)) as [
        string,
        string,
      ];
      await rm(empty, { recursive: true });
      await mkdir(empty);
      // Root reads everything unless it gives up the right to.
      const through = isRoot ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];
      for (const path of [closed, empty]) await chmod(path, 0);
      const refused = await startLab(study, cache, { through }).ended;
      for (const path of [closed, empty]) await chmod(path, 0o755);
      expect(refused.code).toBe(1);
      expect(refused.said).toMatch(/2 runs failed and were set aside; .*permission denied \(EACCES\)/);
      expect(await finishedRuns(study)).toHaveLength(6);
      expect(await startLab(study, cache).ended).toMatchObject({ code: 0 });
      expect(await outcomes(study)).toEqual(expected);
    },
  );

  const small = () => join(folder, "small");
  it.skipIf(!isRoot)(
    `on a disk that fills and is freed again${isRoot ? "" : " (only root can mount a small one)"}`,
    async () => {
      await mkdir(small());
      run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", small());
      try {
        const study = await makeStudy(join(small(), "study"), textFile(), 1);
        // Not even the run folders; a checkpoint less than is needed; most of the study.
        for (const free of [12_000, 150_000, 500_000]) {
          const { bsize, bavail } = await statfs(small());
          await writeFile(join(small(), "filler"), Buffer.alloc(Math.max(0, bsize * bavail - free)));
          const full = await startLab(study, cache).ended;
          expect({ free, ...full }).toMatchObject({ free, code: 1, said: expect.stringMatching(/disk is full/) });
          expect(full.said).toMatch(/hint: Free some space/);
          expect(existsSync(join(study, ".lock"))).toBe(false);
          await rm(join(small(), "filler"));
        }
        expect((await finishedRuns(study)).length).toBeLessThan(8);
        expect(await startLab(study, cache).ended).toMatchObject({ code: 0 });
        expect(await outcomes(study)).toEqual(expected);
      } finally {
        run("umount", small());
      }
    },
  );
});

async function tear(path: string, length: (size: number) => number): Promise<void> {
  await truncate(path, Math.floor(length((await readFile(path)).length)));
}

function run(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
