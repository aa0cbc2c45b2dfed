import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";

const BUILT = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
/** Tells every module as Node loads it. */
const TELLING = `data:text/javascript,${encodeURIComponent(`
import { register } from "node:module";
register("data:text/javascript," + encodeURIComponent("export function load(url, context, next) { process._rawDebug(url); return next(url, context); }"));
`)}`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-modules-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("status loads neither fits nor laws nor what trains: it is looked at every few seconds", async () => {
  await writeFile(
    join(folder, "study.yaml"),
    "name: s\ndata: { corpus: t.txt }\ndesign: { kind: isoflop, budgets: [1e9, 1e10], sizes: 3 }\n",
  );
  const { stderr } = await promisify(execFile)(process.execPath, ["--import", TELLING, BUILT, "status", folder]);
  const loaded = stderr.split("\n").filter((line) => line.startsWith("file:"));
  expect(loaded.some((url) => url.endsWith("/cli/status.js"))).toBe(true);
  const needless =
    /\/laws\/dist\/(fit\/(?!rowFaults)|laws\/|plan\/)|\/trainer\/dist\/(graph|training|model)\/|onnxruntime|hyparquet|duckdb/;
  expect(loaded.filter((url) => needless.test(url))).toEqual([]);
});
