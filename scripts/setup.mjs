// Brings a fresh clone to where its commands run: dependencies as locked, sources compiled. Cheap when nothing changed.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a program in the repository's root, its output passed through; exits with its code if it fails. */
export function run(program, args, { quiet = false } = {}) {
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    stdio: ["inherit", quiet ? "ignore" : 2, "inherit"],
    shell: false,
  });
  if (error) {
    process.stderr.write(`cannot start ${program}: ${error.message}\n`);
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? 1);
}

/** npm's own JavaScript, so that no shell and no .cmd file is needed on any platform. */
function npm(args) {
  const cli = process.env.npm_execpath;
  if (cli && /\.c?js$/.test(cli)) run(process.execPath, [cli, ...args]);
  else run("npm", args);
}

/** A tool's entry in node_modules, run by this very node. */
export const tool = (path) => [process.execPath, `${root}node_modules/${path}`];

function dependenciesAreCurrent() {
  const installed = `${root}node_modules/.package-lock.json`;
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${root}package-lock.json`).mtimeMs;
}

export function setUp() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) {
    process.stderr.write(
      `isoflop needs Node.js 20 or newer; this is ${process.versions.node}.\nGet one at https://nodejs.org.\n`,
    );
    process.exit(2);
  }
  if (!dependenciesAreCurrent()) {
    process.stderr.write("installing dependencies (once) …\n");
    npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  }
  const [node, tsc] = tool("typescript/bin/tsc");
  run(node, [tsc, "-b"]);
}
