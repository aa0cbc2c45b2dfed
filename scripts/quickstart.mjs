// npm run quickstart [-- options]: sets up what is missing, then runs the main job.
import { spawn } from "node:child_process";
import { root, setUp } from "./setup.mjs";

setUp();
const child = spawn(
  process.execPath,
  [`${root}packages/lab/dist/cli/main.js`, "quickstart", ...process.argv.slice(2)],
  {
    stdio: "inherit",
  },
);
// Ctrl-C reaches the child through the terminal as well; it leaves all resumable and decides the exit code.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)));
