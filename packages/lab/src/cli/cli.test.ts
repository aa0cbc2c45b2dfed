import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";
import { parseStudy } from "../study/parse.js";

const shared = process.env.ISOFLOP_SHARED ?? fileURLToPath(new URL("../../../../../shared", import.meta.url));
const epoch = join(shared, "data/epoch-chinchilla/chinchilla_points_clean.csv");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-cli-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("isoflop", () => {
  it("shows an example in every verb's help", async () => {
    for (const verb of ["quickstart", "init", "run", "status", "fit", "plan", "report"]) {
      const { code, stdout } = await command(verb, "--help");
      expect({ verb, code }).toEqual({ verb, code: 0 });
      expect(stdout).toMatch(new RegExp(`Example:\\n  \\$ isoflop ${verb}`));
      expect(stdout).toContain("--json");
    }
  });

  it("answers bad input with exit code 2, what is wrong, a remedy, and no stack", async () => {
    const cases: [string[], RegExp][] = [
      [["fti"], /unknown command 'fti'\n\(Did you mean fit\?\)/],
      [["fit", "nowhere.csv"], /no study, file or match for nowhere\.csv\.\n {2}hint: /],
      [["fit", "x.csv", "--approach", "9"], /Allowed choices are 1, 2, 3, kaplan, all/],
      [["plan"], /compute is not given.*\n {2}hint: Give one of/],
      [["plan", "--flops", "1e21", "--pf-days", "3"], /more than one way/],
      [["plan", "--gpus", "64xH100"], /not completely/],
      [["plan", "--flops", "much"], /--flops cannot be read from "much"/],
      [["plan", "--flops", "1e21", "--law", "nobody"], /no published law "nobody".*\n {2}hint: Known: kaplan-2020/],
      [["plan", "--flops", "1e21", "--law", join(folder, "no.json")], /cannot be read/],
      [["run", folder], /holds no study\.yaml\.\n {2}hint: `isoflop init/],
      [["status", join(folder, "none")], /There is no study at/],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await command(...args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: "" });
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
    expect((await command("run", folder, "--debug")).stderr).toMatch(/^\s+at /m);
  });
});

describe("isoflop plan", () => {
  it("gives Table 3's model for Chinchilla's compute by Approach 1", async () => {
    const { code, stdout } = await command("plan", "--flops", "5.76e23", "--law", "hoffmann-2022-approach-1", "--json");
    expect(code).toBe(0);
    const made = JSON.parse(stdout);
    expect(made.compute).toEqual({ flops: 5.76e23, pfDays: expect.closeTo(6666.67, 1) });
    // Table 3: 67B parameters and 1.5T tokens for 5.76e23 FLOPs; 6ND makes it 1.43T.
    expect(made.optimum.parameters / 67e9).toBeCloseTo(1, 1);
    expect(made.optimum.tokens / 1.43e12).toBeCloseTo(1, 1);
    expect(made).toMatchObject({ alternatives: expect.any(Array), comparisons: expect.any(Array) });
  });

  it("turns GPT-3's 3,640 PF-days into 3.14e23 FLOPs", async () => {
    expect((await command("plan", "--pf-days", "3640")).stdout).toMatch(/^compute +3\.14e23 FLOPs/);
  });

  it("turns GPUs and days into FLOPs", async () => {
    const { stdout } = await command("plan", "--gpus", "64xH100", "--days", "14", "--mfu", "0.5", "--json");
    expect(JSON.parse(stdout).compute.flops).toBeCloseTo(64 * 989.5e12 * 0.5 * 14 * 86400, -10);
  });
});

describe("isoflop fit", () => {
  it("recovers planted constants from a CSV, and its file serves plan as a law", async () => {
    const law = { E: 1.7, A: 400, B: 420, alpha: 0.34, beta: 0.29 };
    const rows = [1e18, 1e19, 1e20].flatMap((C) =>
      [0.3, 0.6, 1, 1.8, 3].map((factor) => {
        const N = factor * Math.sqrt(C / 120);
        const D = C / (6 * N);
        return [N, D, law.E + law.A / N ** law.alpha + law.B / D ** law.beta].join(",");
      }),
    );
    const csv = join(folder, "runs.csv");
    await writeFile(csv, `N,D,loss\n${rows.join("\n")}\n`);
    const { code, stdout } = await command("fit", csv, "--approach", "3", "--bootstrap", "0", "--json");
    expect(code).toBe(0);
    const { observations, fits } = JSON.parse(stdout);
    expect(observations).toMatchObject({ count: 15, dropped: [], derived: "C = 6ND" });
    for (const [name, value] of Object.entries(law)) expect(fits[0].parameters[name] / value).toBeCloseTo(1, 3);
    expect(Object.keys(fits[0]).sort()).toEqual(
      [
        "approach",
        "diagnostics",
        "exponents",
        "intervals95",
        "law",
        "objective",
        "parameters",
        "standardErrors",
        "warnings",
      ].sort(),
    );
    const text = await command("fit", csv, "--bootstrap", "50");
    expect(text.stdout).toMatch(/3 {2}parametric/);
    expect(text.stderr).toMatch(/approach 1 is left out/);
  });

  it("leaves a single approach that cannot be fitted as an error", async () => {
    const csv = join(folder, "few.csv");
    await writeFile(csv, "N,D,loss\n1e6,2e7,3.5\n2e6,2e7,3.4\n");
    const { code, stderr } = await command("fit", csv, "--approach", "3");
    expect(code).toBe(2);
    expect(stderr).toMatch(/needs at least 6 runs; there are 2/);
  });

  it.skipIf(!existsSync(epoch) && process.env.CI !== "true")(
    `reaches the summed-Huber optimum on Epoch's 240 points (${existsSync(epoch) ? "data found" : `skipped: no ${epoch}`})`,
    async () => {
      const { code, stdout } = await command(
        "fit",
        epoch,
        "--approach",
        "3",
        "--where",
        "dropped = 0",
        "--bootstrap",
        "50",
        "--json",
      );
      expect(code).toBe(0);
      const { observations, fits } = JSON.parse(stdout);
      expect(observations.count).toBe(240);
      expect(fits).toHaveLength(1);
      expect(fits[0].objective).toBeLessThanOrEqual(0.0010182741);
      expect(fits[0].objective).toBeGreaterThan(0.00101827);
      expect(fits[0].parameters.A).toBeCloseTo(477.83, 1);
      expect(fits[0].exponents.a).toBeCloseTo(0.5139, 3);
    },
  );
});

describe("isoflop init", () => {
  it("writes a study that parses, naming the corpus from where the study lies, and never overwrites", async () => {
    const corpus = join(folder, "text.txt");
    await writeFile(corpus, "words ".repeat(10_000));
    const made = await command("init", join(folder, "my study"), "--corpus", corpus, "--json");
    expect(made.code).toBe(0);
    const { file, name } = JSON.parse(made.stdout);
    expect(name).toBe("my-study");
    expect(parseStudy(await readFile(file, "utf8"), file)).toMatchObject({ name: "my-study", data: { corpus } });
    const again = await command("init", join(folder, "my study"));
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/is there already/);
  });
});
