// npm run bench -- <name> [options]: builds what is missing, then runs bench/<name>.mjs.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { setUp } from "../scripts/setup.mjs";

const folder = new URL(".", import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".mjs") && file !== "run.mjs" && !file.endsWith("Parts.mjs"))
  .map((file) => file.slice(0, -4));
const [name, ...options] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  console.error(`isoflop bench: say which: npm run bench -- ${names.join(" | ")}`);
  process.exit(2);
}
setUp();
// One core for all that is measured, where the system can hold a process to one.
const node = [process.execPath, new URL(`${name}.mjs`, folder).pathname, ...options];
const held = existsSync("/usr/bin/taskset") && spawnSync("taskset", ["-c", "0", "true"]).status === 0;
const [command, ...args] = held ? ["taskset", "-c", "0", ...node] : node;
const threads = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
spawn(command, args, { stdio: "inherit", env: { ...process.env, ...threads, BENCH_ONE_CORE: held ? "1" : "" } }).on(
  "exit",
  (code) => process.exit(code ?? 1),
);
