import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";

const shared = process.env.ISOFLOP_SHARED ?? fileURLToPath(new URL("../../../../../shared", import.meta.url));
const epoch = join(shared, "data/epoch-chinchilla/chinchilla_points_clean.csv");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-fit-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("isoflop fit", () => {
  it("names the rows that were dropped where too few are left", async () => {
    const csv = join(folder, "spoilt.csv");
    await writeFile(csv, "N,D,loss\n1e8,2e9,3.1\nabc,2e9,3\n1e8,-2,3\n");
    const { code, stdout, stderr } = await command("fit", csv, "--approach", "3");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /row 2: N is not a number \(abc\)\n {2}row 3: D is not positive \(-2\)\nerror: .*there are 1/,
    );
  });
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
        "basins",
        "compute",
        "diagnostics",
        "exponents",
        "intervals95",
        "law",
        "objective",
        "parameters",
        "setting",
        "standardErrors",
        "warnings",
      ].sort(),
    );
    const text = await command("fit", csv, "--bootstrap", "50");
    expect(text.stdout).toMatch(/3 {2}parametric/);
    const approach3 = ["--approach", "3", "--bootstrap", "0"];
    const held = await command(
      "fit",
      csv,
      ...approach3,
      "--fix",
      "alpha=0.34,E=1.7",
      "--profile",
      "--starts",
      "hoffmann-grid",
      "--json",
    );
    const [fit] = JSON.parse(held.stdout).fits;
    expect(fit.parameters).toMatchObject({ alpha: 0.34, E: 1.7 });
    expect(fit.setting.fixed).toEqual({ alpha: 0.34, E: 1.7 });
    expect(fit.diagnostics.starts).toBe(4500);
    expect(Object.keys(fit.profile95).sort()).toEqual(["A", "B", "a", "beta"]);
    const tied = await command("fit", csv, ...approach3, "--tie", "alpha=beta", "--profile");
    expect(tied.stdout).toMatch(/by profile likelihood: .*α \[/);
    const wrong = await command("fit", csv, ...approach3, "--fix", "gamma=1");
    expect(wrong.code).toBe(2);
    expect(text.stderr).toMatch(/approach 1 is left out/);
  });

  it("fits isoFLOP profiles by splines over given seed noise, and gives every minimum with its error", async () => {
    const rows = [1e18, 1e19, 1e20, 1e21].flatMap((C) =>
      [0.2, 0.35, 0.6, 1, 1.8, 3, 5].map((factor) => {
        const N = factor * Math.sqrt(C / 120);
        return [N, C / (6 * N), C, 1.7 + 400 / N ** 0.34 + 420 / (C / (6 * N)) ** 0.29].join(",");
      }),
    );
    const csv = join(folder, "profiles.csv");
    await writeFile(csv, `N,D,C,loss\n${rows.join("\n")}\n`);
    const flags = ["--curve", "akima", "--bootstrap-over", "noise", "--noise", "2:0.002,4:0.01", "--bootstrap", "100"];
    const { code, stdout } = await command("fit", csv, "--approach", "2", ...flags, "--json");
    expect(code).toBe(0);
    const [fit] = JSON.parse(stdout).fits;
    expect(fit.diagnostics).toMatchObject({ curve: "akima", bootstrapOver: "noise", usedBudgets: 4 });
    expect(Math.abs(fit.exponents.a - 0.29 / 0.63)).toBeLessThan(3 * fit.standardErrors.a);
    expect(fit.minima).toHaveLength(4);
    for (const minimum of fit.minima) {
      expect(minimum.standardError).toBeGreaterThan(0);
      expect(minimum.intervals95.parameters[0]).toBeLessThan(minimum.parameters);
      expect(minimum.intervals95.parameters[1]).toBeGreaterThan(minimum.parameters);
    }
    const text = await command("fit", csv, "--approach", "2", ...flags);
    expect(text.stdout).toMatch(/Minima of Approach 2[\s\S]*1e18 +7 +\d/);
  });

  it("prints JSON that serves plan as a law, without intervals, and as well as the fit it came from", async () => {
    const rows = [1e6, 3e6, 1e7, 3e7].flatMap((N) =>
      [1e8, 4e8, 2e9].map((D) => [N, D, 1.7 + 400 / N ** 0.34 + 420 / D ** 0.29].join(",")),
    );
    const csv = join(folder, "runs.csv");
    await writeFile(csv, `N,D,loss\n${rows.join("\n")}\n`);
    const { stdout } = await command("fit", csv, "--bootstrap", "50", "--json");
    const law = join(folder, "fit.json");
    await writeFile(law, stdout);
    const made = await command("plan", "--flops", "1e18", "--law", law, "--json");
    expect(made.code).toBe(0);
    const { optimum } = JSON.parse(made.stdout);
    const G = ((0.34 * 400) / (0.29 * 420)) ** (1 / 0.63);
    expect(optimum.parameters / (G * (1e18 / 6) ** (0.29 / 0.63))).toBeCloseTo(1, 2);
    expect(optimum.intervals95).toBeUndefined();
  });

  it("refuses --where and --columns on a study, and a study among other sources, instead of ignoring them", async () => {
    const csv = join(folder, "runs.csv");
    await writeFile(csv, "N,D,loss\n1e6,2e7,3.5\n");
    await writeFile(
      join(folder, "study.yaml"),
      "name: t\ndata: { corpus: x }\ndesign: { kind: isoflop, budgets: [1e10] }",
    );
    for (const args of [
      [folder, "--where", "true"],
      [folder, "--columns", "N=a"],
      [csv, folder],
      [folder, folder],
    ]) {
      const { code, stderr } = await command("fit", ...args);
      expect({ args, code }).toEqual({ args, code: 2 });
      expect(stderr).toMatch(/is a study/);
    }
    const byFile = await command("fit", join(folder, "study.yaml"));
    expect(byFile.stderr).toMatch(/no finished run yet/);
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
