import { spawn } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { builtinTrainerCommand } from "./builtin.js";
import { tinyCorpus, tinyRunFolder, tinySpec } from "./training/tinyRun.js";

const hasProc = existsSync("/proc/self/task");

it.skipIf(!hasProc)(
  `runtime.threads is how many threads a run computes on${hasProc ? "" : " (threads are counted in /proc)"}`,
  async () => {
    const corpus = tinyCorpus();
    const threadsOf = async (threads: number): Promise<number> => {
      // Without evaluations, whose session brings threads of its own when it opens.
      const evaluation = { everySteps: 0, sequences: 4 };
      const runtime = { threads, device: "cpu", precision: "float32" } as const;
      const spec = tinySpec(corpus, { steps: 100_000, evaluation, runtime });
      const folder = tinyRunFolder(spec);
      const [program = "", ...command] = builtinTrainerCommand().map((part) => part.replace("/src/", "/dist/"));
      const child = spawn(program, [...command, folder], { stdio: "ignore" });
      const ended = new Promise((resolve) => child.on("close", resolve));
      const metrics = join(folder, "metrics.jsonl");
      while (child.exitCode === null && !(existsSync(metrics) && statSync(metrics).size > 0)) await sleep(10);
      // Threads that come and go (a file is written) are not there at every look.
      let count = Number.POSITIVE_INFINITY;
      for (let look = 0; look < 20; look++) {
        count = Math.min(count, readdirSync(`/proc/${child.pid}/task`).length);
        await sleep(25);
      }
      child.kill("SIGKILL");
      await ended;
      rmSync(dirname(folder), { recursive: true });
      return count;
    };
    // Node's own are the same in each, and the first one that computes is one of them.
    const [one, three] = [await threadsOf(1), await threadsOf(3)];
    expect(three - one).toBe(2);
    rmSync(corpus, { recursive: true });
  },
);
