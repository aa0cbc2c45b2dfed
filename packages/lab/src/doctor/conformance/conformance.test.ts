import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { builtinTrainerCommand } from "@isoflop/trainer";
import { describe, expect, it } from "vitest";
import { command } from "../../fixtures/testIo.js";
import { checkConformance } from "./conformance.js";

const FAULTY = fileURLToPath(new URL("./fixtures/faultyTrainer.mjs", import.meta.url));
const CLI = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
/** The built one: the trainer's sources are TypeScript. */
const BUILTIN = builtinTrainerCommand().map((part) => part.replace("/src/", "/dist/").replace(/\.ts$/, ".js"));

async function examined(...faults: string[]) {
  const { conforms, checks } = await checkConformance([process.execPath, FAULTY, faults.join(",") || "none"], {
    patienceSeconds: 60,
    stoppedRunSeconds: 1,
    reference: BUILTIN,
    signal: new AbortController().signal,
    onCheck: () => {},
  });
  const ids = (of: (check: (typeof checks)[number]) => boolean) => checks.filter(of).map(({ id }) => id);
  return { conforms, broken: ids((check) => check.essential && check.kept !== true), checks };
}

describe("isoflop doctor --trainer", () => {
  it("finds every promise kept by the built-in trainer", async () => {
    const flags = ["doctor", "--trainer", "--json", "--", ...BUILTIN, "{run}"];
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...flags]);
    const { conforms, checks } = JSON.parse(stdout) as Awaited<ReturnType<typeof checkConformance>>;
    expect(checks.filter(({ kept }) => kept !== true)).toEqual([]);
    expect(checks.length).toBeGreaterThan(25);
    expect(conforms).toBe(true);
  });

  it("lets a trainer pass that keeps what is essential, and says what it lacks", async () => {
    const { conforms, broken, checks } = await examined();
    expect([conforms, broken]).toEqual([true, []]);
    const lacking = checks.filter(({ kept }) => kept === false).map(({ id }) => id);
    expect(lacking).toEqual([
      "same numbers",
      "validation sets",
      "tasks",
      "unique tokens",
      "gradient noise",
      "early stopping",
      "divergence",
    ]);
    expect(checks.find(({ id }) => id === "same numbers")?.detail).toMatch(/differ by up to \d/);
  });

  it("stops a longer run where one was over before it could be stopped, as where the machine was slow at first", async () => {
    const { conforms, broken } = await examined("slow at first");
    expect([conforms, broken]).toEqual([true, []]);
  });

  it("says of a trainer that leaves no result only that", async () => {
    const { conforms, checks } = await examined("no result");
    expect(conforms).toBe(false);
    expect(checks).toMatchObject([{ id: "ends", kept: false, detail: "exit code 0; no result.json" }]);
  });

  it("finds wrong counts, an edited spec, chance, and a trainer that does not look", async () => {
    const { broken, checks } = await examined(
      "counts steps from 0",
      "edits the spec",
      "random",
      "touches",
      "takes anything",
    );
    expect(broken).toEqual(
      expect.arrayContaining(["metrics", "spec", "second start", "same bits", "refuses", "resumes"]),
    );
    expect(checks.find(({ id }) => id === "exit code 2")?.kept).toBe(false);
  });

  it("finds a trainer that does not stop, one that goes on from its own leavings, and one that outlives a kill", async () => {
    const deaf = await examined("deaf", "seedless");
    expect(deaf.broken).toEqual(["stops"]);
    expect(deaf.checks.find(({ id }) => id === "seed")?.kept).toBe(false);
    expect((await examined("keeps old lines")).broken).toEqual(["survives a kill"]);
    expect((await examined("survivor")).broken).toEqual(["no survivors", "survives a kill"]);
  });

  it("says what it needs, and takes no command without --trainer", async () => {
    expect(await command("doctor", "--trainer")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("needs the trainer's command"),
    });
    expect(await command("doctor", "python")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("takes no argument"),
    });
    const { code, stdout, stderr } = await command("doctor", "--trainer", "--", "/no/such/trainer", "--debug");
    expect(code).toBe(1);
    expect(stdout).toMatch(/BROKEN .*\n.*cannot start \/no\/such\/trainer/);
    expect(stderr).toMatch(/does not keep to the run contract: ends/);
  });
});
