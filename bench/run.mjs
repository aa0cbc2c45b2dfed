// npm run bench -- <name> [options]: builds what is missing, then runs bench/<name>.mjs.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setUp } from "../scripts/setup.mjs";

const folder = fileURLToPath(new URL(".", import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".mjs") && file !== "run.mjs" && !file.endsWith("Parts.mjs"))
  .map((file) => file.slice(0, -4));
const [name, ...options] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  process.stderr.write(`Usage: npm run bench -- <name>, one of ${names.join(", ")}\n`);
  process.exit(2);
}
setUp();
// What compares two programs is held to one core, where the system can do that.
const compares = name === "fit";
const held = compares && existsSync("/usr/bin/taskset") && spawnSync("taskset", ["-c", "0", "true"]).status === 0;
const node = [process.execPath, `${folder}${name}.mjs`, ...options];
const [command, ...args] = held ? ["taskset", "-c", "0", ...node] : node;
const threads = compares ? { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" } : {};
spawn(command, args, { stdio: "inherit", env: { ...process.env, ...threads, BENCH_ONE_CORE: held ? "1" : "" } }).on(
  "exit",
  (code) => process.exit(code ?? 1),
);
