// npm run bench -- study [runs]: what the lab costs in a study of many runs (1,000 unless said), trained by a trainer that keeps
// the contract and computes nothing. Prints the time of `isoflop status`, what `isoflop run` adds to a run beyond the trainer's
// own process, and the most memory that the lab's process ever held; exit code 1 where a limit of the goals is passed.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MOST = { statusSeconds: 1, shareOfTraining: 0.01, megabytes: 300 };
const TRAINING_SECONDS = 10;
const WORKERS = 2;
const program = fileURLToPath(new URL("../packages/lab/bin/isoflop.js", import.meta.url));
const trainer = fileURLToPath(new URL("studyParts.mjs", import.meta.url));
const say = (line) => process.stdout.write(`${line}\n`);

/** One command line in a process of its own, which tells at its end what it used. */
function isoflop(args, env) {
  const tell = `import { writeSync } from "node:fs"; process.on("exit", () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    writeSync(3, JSON.stringify({ megabytes: maxRSS / 1000, cpu: (userCPUTime + systemCPUTime) / 1e6 })); });`;
  const hook = `data:text/javascript,${encodeURIComponent(tell)}`;
  const began = performance.now();
  const child = spawn(process.execPath, ["--import", hook, program, ...args], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const texts = ["", "", "", ""];
  for (const fd of [1, 2, 3]) {
    child.stdio[fd].on("data", (chunk) => {
      texts[fd] += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("close", (code) => {
      if (code !== 0) reject(new Error(`isoflop ${args[0]} ended with ${code}: ${texts[2].slice(-2000)}`));
      else resolve({ seconds: (performance.now() - began) / 1000, stdout: texts[1], ...JSON.parse(texts[3]) });
    });
  });
}

/** Seconds of trainer processes, from their start to their exit, as they told themselves. */
async function trainerSeconds(study) {
  const runs = join(study, "runs");
  const ids = await readdir(runs);
  const seconds = await Promise.all(ids.map(async (id) => Number(await readFile(join(runs, id, "seconds"), "utf8"))));
  return seconds.reduce((sum, one) => sum + one, 0);
}

/** @returns {Promise<number>} exit code */
async function bench([count = "1000"]) {
  const seeds = Math.max(1, Math.round(Number(count) / 50));
  const folder = await mkdtemp(join(tmpdir(), "isoflop-bench-"));
  const env = { ISOFLOP_CACHE: join(folder, "cache") };
  const study = join(folder, "study");
  await mkdir(study);
  await writeFile(join(folder, "text.txt"), "Fellow citizens of the Senate and of the House. ".repeat(100_000));
  await writeFile(
    join(study, "study.yaml"),
    `name: bench
data: { corpus: ../text.txt, repeat: true }
trainer: { command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(trainer)}, "{run}"] }
design: { kind: isoflop, budgets: [3e10, 6e10, 1e11, 2e11, 4e11], sizes: 10, span: 16, seeds: ${seeds} }
executor: { kind: local, workers: ${WORKERS} }
`,
  );
  const failures = [];
  const hold = (what, value, most) => {
    if (!(value <= most)) failures.push(what);
  };
  const status = async (when) => {
    const { seconds, cpu, megabytes, stdout } = await isoflop(["status", study, "--json"], env);
    say(
      `status, ${JSON.parse(stdout).runs.length} runs ${when}: ${seconds.toFixed(2)} s (${cpu.toFixed(2)} s of CPU), ${megabytes.toFixed(0)} MB`,
    );
    hold("status", cpu, MOST.statusSeconds);
  };
  try {
    const first = await isoflop(["run", study, "--json"], env);
    const { runs, done } = JSON.parse(first.stdout);
    if (done !== runs) throw new Error(`${done} of ${runs} runs are done`);
    const trained = await trainerSeconds(study);
    const added = (first.seconds * WORKERS - trained) / runs;
    const share = added / WORKERS / TRAINING_SECONDS;
    say(
      `run, ${runs} runs on ${WORKERS} workers: ${first.seconds.toFixed(1)} s, trainers at work for ${trained.toFixed(1)} s in all`,
    );
    say(
      `the lab adds ${(1000 * added).toFixed(1)} ms of a worker's time a run (${((1000 * first.cpu) / runs).toFixed(1)} ms of CPU): ` +
        `${((100 * added) / TRAINING_SECONDS).toFixed(2)} % of runs of ${TRAINING_SECONDS} s; peak memory ${first.megabytes.toFixed(0)} MB`,
    );
    hold("run", share * WORKERS, MOST.shareOfTraining);
    hold("memory", first.megabytes, MOST.megabytes);
    await status("done");
    const second = await isoflop(["run", study, "--json"], env);
    say(
      `run again, nothing to train: ${second.seconds.toFixed(2)} s (${second.cpu.toFixed(2)} s of CPU), ${second.megabytes.toFixed(0)} MB`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  for (const failure of failures) say(`${failure}: beyond the goal`);
  return failures.length === 0 ? 0 : 1;
}

process.exitCode = await bench(process.argv.slice(2));
