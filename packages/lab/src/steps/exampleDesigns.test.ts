import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";

const EXAMPLES = fileURLToPath(new URL("../../../../examples/designs/", import.meta.url));
const FAKE = fileURLToPath(new URL("../executors/fixtures/fakeTrainer.mjs", import.meta.url));
const BUILT = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const KINDS = ["envelope", "epochs", "grid", "isoflop", "kaplan", "ladder", "runs"];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-examples-"));
  process.env.ISOFLOP_CACHE = join(folder, "cache");
  await writeFile(join(folder, "text.txt"), "Fellow citizens of the Senate and of the House. ".repeat(250_000));
});
afterAll(async () => {
  delete process.env.ISOFLOP_CACHE;
  await rm(folder, { recursive: true, force: true });
});

/** The example as it stands, on a text of the test's own: no test fetches anything. */
async function example(kind: string, trainer: "builtin" | "planted"): Promise<string> {
  const path = join(folder, `${kind}-${trainer}`);
  await cp(join(EXAMPLES, kind), path, { recursive: true });
  const file = join(path, "study.yaml");
  const text = (await readFile(file, "utf8")).replace(/corpus: "[^"]*"/, "corpus: ../text.txt");
  const planted = `trainer: { command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(FAKE)}, "{run}"] }\n`;
  await writeFile(file, trainer === "planted" ? `${text}${planted}` : text);
  return path;
}

describe("examples/designs", () => {
  it("has one example of every kind of design", async () => {
    const kinds = (await readdir(EXAMPLES)).filter((name) => !name.startsWith("."));
    expect(kinds.sort()).toEqual(KINDS);
  });

  it.each(KINDS)("%s goes the whole way as it stands", async (kind) => {
    const path = await example(kind, "planted");
    const { code, stdout } = await command("run", path, "--verify", "--json");
    expect(code).toBe(0);
    const { ladder, fits, verification } = JSON.parse(stdout);
    expect(ladder.done).toBe(ladder.trained);
    expect(fits.length > 0).toBe(kind !== "runs");
    expect(verification !== undefined).toBe(/^holdout/m.test(await readFile(join(path, "study.yaml"), "utf8")));
  });

  it("trains on the built-in trainer: shapes, seeds, batches and rates of a list", async () => {
    const path = await example("runs", "builtin");
    if (!existsSync(BUILT)) throw new Error(`${BUILT} is not built: run npm run build first`);
    const { stdout } = await promisify(execFile)(process.execPath, [BUILT, "run", path, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ trained: 4, done: 4 });
    const { runs } = JSON.parse((await command("status", path, "--json")).stdout);
    for (const { validationLoss } of runs) expect(validationLoss).toBeLessThan(3);
  });
});
