// npm test [-- vitest arguments]: sets up, lints (style and the direction of imports), type-checks, runs the battery.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run, setUp, tool } from "./setup.mjs";

setUp();
const [node, biome] = tool("@biomejs/biome/bin/biome");
run(node, [biome, "check", "--error-on-warnings", "."]);
const [, tsc] = tool("typescript/bin/tsc");
run(node, [tsc, "-p", "tsconfig.test.json"]);
run(node, [tsc, "-p", "packages/web"]);

// Tests make their folders in one that is removed with all that they leave.
const folder = mkdtempSync(join(tmpdir(), "isoflop-test-"));
// Open to other users, as the folder of temporary files itself is: some tests start services that insist on it.
chmodSync(folder, 0o755);
const report = join(folder, "report.json");
const [, vitest] = tool("vitest/vitest.mjs");
const { status } = spawnSync(
  node,
  [vitest, "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...process.argv.slice(2)],
  { cwd: root, stdio: "inherit", env: { ...process.env, TMPDIR: folder } },
);
const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, "utf8"));
rmSync(folder, { recursive: true, force: true });
const skipped = numPendingTests + numTodoTests;
process.stdout.write(`\n${numPassedTests} passed, ${numFailedTests} failed, ${skipped} skipped\n`);
if (process.env.CI === "true" && skipped > 0) {
  process.stderr.write("CI has every component installed: a skipped test is a failure there.\n");
  process.exit(1);
}
process.exit(status ?? 1);
