// npm run bench -- watch [runs]: what a page that watches a study of many runs (1,000 unless said) costs the server: until it has been told
// all, and then CPU a second while nothing changes and while two runs are at work. Exit code 1 where a limit of the goals is passed.
import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createApp } from "../packages/lab/dist/server/app.js";
import { openServed } from "../packages/lab/dist/server/served.js";
import { exampleSpec, metricsLine } from "./watchParts.mjs";

const MOST_IDLE_SECONDS = 0.05;
const LINES = 200;
const WATCHED_SECONDS = 10;
const HOST = "127.0.0.1:4173";
const say = (line) => process.stdout.write(`${line}\n`);

/** Half of the runs are done, two are at work, the others wait. */
async function makeStudy(study, count) {
  await mkdir(join(study, "runs"), { recursive: true });
  await writeFile(
    join(study, "study.yaml"),
    "name: bench\ndata: { corpus: t.txt }\ndesign: { kind: isoflop, budgets: [1e9, 1e10], sizes: 3 }\n",
  );
  const atWork = [];
  for (let i = 0; i < count; i++) {
    const id = i.toString(16).padStart(16, "0");
    const folder = join(study, "runs", id);
    await mkdir(folder);
    await writeFile(join(folder, "run.json"), JSON.stringify(exampleSpec(id, i)));
    const done = i < count / 2;
    if (done || i >= count - 2) {
      const lines = Array.from({ length: LINES }, (_, k) => metricsLine(k + 1, i));
      await writeFile(join(folder, "metrics.jsonl"), lines.join(""));
      await writeFile(join(folder, "attempts.jsonl"), '{"began":"2026-11-26T00:00:00Z","host":"h"}\n');
    }
    if (!done && i >= count - 2) atWork.push(folder);
    if (!done) continue;
    const result = {
      status: "done",
      steps: LINES,
      tokens: 1,
      flops: 1,
      "train/loss": 3,
      "val/loss": 3,
      wallSeconds: 9,
    };
    await writeFile(join(folder, "result.json"), JSON.stringify(result));
  }
  return atWork;
}

/** @returns {Promise<number>} exit code */
async function bench([count = "1000"]) {
  const study = await mkdtemp(join(tmpdir(), "isoflop-bench-"));
  let idle = 0;
  try {
    const atWork = await makeStudy(study, Number(count));
    const studies = await openServed([study]);
    const app = createApp({ studies, assets: new Map(), access: { hosts: new Set([HOST]) } });
    const cpu = () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    };
    const [began, spent] = [performance.now(), cpu()];
    const headers = { host: HOST };
    const answer = await app.request(`http://${HOST}/api/studies/${studies[0].key}/events`, { headers });
    let [bytes, first, last] = [0, 0, 0];
    const reader = answer.body.getReader();
    void (async () => {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        bytes += value.length;
        last = performance.now();
        if (bytes > 1000) first ||= last;
      }
    })();
    do await sleep(500);
    while (performance.now() - last < 2000);
    say(
      `${count} runs: lines after ${((first - began) / 1000).toFixed(2)} s, every curve after ${((last - began) / 1000).toFixed(2)} s ` +
        `(${(cpu() - spent).toFixed(2)} s of CPU), ${(bytes / 1e6).toFixed(2)} MB`,
    );
    const during = async (work) => {
      const before = cpu();
      for (let second = 0; second < WATCHED_SECONDS; second++) {
        await work(second);
        await sleep(1000);
      }
      return (cpu() - before) / WATCHED_SECONDS;
    };
    idle = await during(async () => {});
    say(`while nothing changes: ${(1000 * idle).toFixed(1)} ms of CPU a second`);
    const busy = await during(async (second) => {
      const lines = Array.from({ length: 50 }, (_, k) => metricsLine(LINES + 50 * second + k + 1, 0)).join("");
      for (const folder of atWork) await appendFile(join(folder, "metrics.jsonl"), lines);
    });
    say(`while two runs write 50 lines a second each: ${(1000 * busy).toFixed(1)} ms of CPU a second`);
    await reader.cancel();
  } finally {
    await rm(study, { recursive: true, force: true });
  }
  return idle <= MOST_IDLE_SECONDS ? 0 : 1;
}

process.exitCode = await bench(process.argv.slice(2));
