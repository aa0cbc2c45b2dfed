// Brings a fresh clone to where its commands run: dependencies as locked, sources compiled. Cheap when nothing changed.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
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
  buildWeb();
}

/** What the dashboard's pages are made of. */
const PAGES = ["packages/web", "packages/figures", "packages/laws"];

/** Builds the pages that `isoflop serve` sends, unless they are newer than all that they are made of. */
export function buildWeb() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major === 20 && minor < 19) {
    process.stderr.write("the dashboard's pages are not built: that takes Node.js 20.19 or newer\n");
    return;
  }
  const built = `${root}packages/lab/dist/web/index.html`;
  const since = existsSync(built) ? statSync(built).mtimeMs : 0;
  const newer = PAGES.some((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, withFileTypes: true }).some(
      (file) =>
        file.isFile() &&
        !/(^|[/\\])(dist|node_modules)([/\\]|$)/.test(file.parentPath) &&
        statSync(`${file.parentPath}/${file.name}`).mtimeMs > since,
    ),
  );
  if (newer) viteBuild();
}

/** Builds the pages: for the lab's server, or with the arguments `--mode site` for a static site. */
export function viteBuild(...args) {
  const [node, vite] = tool("vite/bin/vite.js");
  run(node, [vite, "build", `${root}packages/web`, "--logLevel", "warn", ...args]);
}
