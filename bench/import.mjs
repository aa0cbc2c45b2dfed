// npm run bench -- import [--runs 10000] [--points 1000] [--kinds metrics,tensorboard,wandb]: how long `isoflop import` takes for so
// many runs of so many logged steps, and again with nothing new, with the most memory that its process (all threads) ever held;
// beside it pandas reading the same metrics.jsonl, where PYTHON or python3 has it. Exit code 1 where a limit of the goals is passed.
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { KINDS, writeRuns } from "./importParts.mjs";

const MOST = { seconds: 60, again: 3, megabytes: 1000 };
const program = fileURLToPath(new URL("../packages/lab/bin/isoflop.js", import.meta.url));
const pandasScript = fileURLToPath(new URL("import_pandas.py", import.meta.url));
const say = (line) => process.stdout.write(`${line}\n`);

/** One command line in a process of its own, which tells at its end what it used. */
function isoflop(args) {
  const tell = `import { writeSync } from "node:fs"; import { isMainThread } from "node:worker_threads"; if (isMainThread) process.on("exit", () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    writeSync(3, JSON.stringify({ megabytes: maxRSS / 1000, cpu: (userCPUTime + systemCPUTime) / 1e6 })); });`;
  const hook = `data:text/javascript,${encodeURIComponent(tell)}`;
  const began = performance.now();
  const child = spawn(process.execPath, ["--import", hook, program, ...args], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  const texts = ["", "", "", ""];
  for (const fd of [2, 3]) {
    child.stdio[fd].on("data", (chunk) => {
      texts[fd] += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("close", (code) => {
      if (code !== 0) reject(new Error(`isoflop ${args[0]} ended with ${code}: ${texts[2].slice(-2000)}`));
      else resolve({ seconds: (performance.now() - began) / 1000, ...JSON.parse(texts[3]) });
    });
  });
}

function pandas(data, out) {
  const python = process.env.PYTHON ?? "python3";
  const { status, stdout } = spawnSync(python, [pandasScript, data, out], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 ? JSON.parse(stdout) : undefined;
}

const shown = ({ seconds, cpu, megabytes }) =>
  `${seconds.toFixed(1).padStart(6)} s (${cpu.toFixed(1)} s of CPU), peak memory ${megabytes.toFixed(0)} MB`;

/** @returns {Promise<number>} exit code */
async function bench(args) {
  const { values } = parseArgs({
    args,
    options: { runs: { type: "string" }, points: { type: "string" }, kinds: { type: "string" } },
  });
  const [runs, steps] = [Number(values.runs ?? 10_000), Number(values.points ?? 1000)];
  const kinds = values.kinds?.split(",") ?? KINDS;
  const folder = await mkdtemp(join(tmpdir(), "isoflop-bench-"));
  const failures = [];
  try {
    for (const kind of kinds) {
      const [data, to] = [join(folder, kind), join(folder, `${kind}-imported`)];
      await writeRuns(kind, data, runs, steps);
      const first = await isoflop(["import", data, "--to", to]);
      const records = (await readFile(join(to, "records.jsonl"), "utf8")).trimEnd().split("\n").map(JSON.parse);
      const { runs: entries } = JSON.parse(await readFile(join(to, "import.json"), "utf8"));
      const points = entries.reduce((sum, entry) => sum + entry.points, 0);
      if (records.length !== runs) throw new Error(`${records.length} records of ${runs} runs`);
      const again = await isoflop(["import", data, "--to", to]);
      say(`${kind}: ${runs} runs of ${steps} steps, ${points.toLocaleString("en-US")} points`);
      say(`  import            ${shown(first)}`);
      say(`  again, none new   ${shown(again)}`);
      if (kind === "metrics") {
        const theirs = pandas(data, join(folder, "records.csv"));
        if (theirs === undefined)
          say("  pandas            is not there (PYTHON or python3 names a Python that has it)");
        else {
          const losses = records.reduce((sum, { loss }) => sum + loss, 0);
          if (theirs.runs !== runs || Math.abs(theirs.losses / losses - 1) > 1e-12)
            throw new Error("pandas found other losses");
          say(`  pandas ${theirs.version.padEnd(10)} ${shown(theirs)}; one thread, no point kept`);
          say(
            `  pandas takes ${(theirs.seconds / first.seconds).toFixed(2)} times the time, ${(theirs.cpu / first.cpu).toFixed(2)} times the CPU and ` +
              `${(theirs.megabytes / first.megabytes).toFixed(2)} times the memory; it reads all again where import takes ${again.seconds.toFixed(1)} s`,
          );
        }
      }
      if (first.seconds > MOST.seconds) failures.push(`${kind}: import`);
      if (again.seconds > MOST.again) failures.push(`${kind}: again`);
      if (Math.max(first.megabytes, again.megabytes) > MOST.megabytes) failures.push(`${kind}: memory`);
      await rm(data, { recursive: true });
      await rm(to, { recursive: true });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  for (const failure of failures) say(`${failure}: beyond the goal`);
  return failures.length === 0 ? 0 : 1;
}

process.exitCode = await bench(process.argv.slice(2));
