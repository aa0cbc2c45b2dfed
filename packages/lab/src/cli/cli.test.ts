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
    for (const verb of [
      "quickstart",
      "init",
      "run",
      "status",
      "pause",
      "resume",
      "cancel",
      "import",
      "fit",
      "laws",
      "plan",
      "forecast",
      "next",
      "report",
      "tasks",
      "doctor",
    ]) {
      const { code, stdout } = await command(verb, "--help");
      expect({ verb, code }).toEqual({ verb, code: 0 });
      expect(stdout).toMatch(new RegExp(`Examples?:\\n  \\$ isoflop ${verb}`));
      expect(stdout).toContain("--json");
    }
  });

  it("answers bad input with exit code 2, what is wrong, a remedy, and no stack", async () => {
    const cases: [string[], RegExp][] = [
      [["fti"], /unknown command 'fti'\n\(Did you mean fit\?\)/],
      [["fit", "nowhere.csv"], /no study, file or match for nowhere\.csv\.\n {2}hint: /],
      [["fit", "x.csv", "--approach", "9"], /Allowed choices are 1, 2, 3, kaplan, data-constrained, all/],
      [["fit", "x.csv", "--noise", "3:0.002,7"], /--noise <table>' argument .* is invalid\. Write loss:sd pairs/],
      [["fit", "x.csv", "--curve", "cubic"], /Allowed choices are parabola, akima/],
      [["plan"], /compute is not given.*\n {2}hint: Give one of/],
      [["plan", "--flops", "1e21", "--pf-days", "3"], /more than one way/],
      [["plan", "--gpus", "64xH100"], /not completely/],
      [["plan", "--flops", "1e21", "--days", "3"], /--days belongs to --gpus/],
      [["plan", "--flops", "1e21", "--mfu", "0.3"], /--mfu belongs to --gpus/],
      [["plan", "--gpus", "8xH100", "--days", "3", "--mfu", "most"], /--mfu must lie.*not "most"/],
      [["plan", "--flops", "much"], /--flops cannot be read from "much"/],
      [["plan", "--flops", "1e21", "--law", "nobody"], /no published law "nobody".*\n {2}hint: Known: kaplan-2020/],
      [["plan", "--flops", "1e21", "--law", join(folder, "no.json")], /cannot be read/],
      [["forecast", "x.csv"], /compute is not given.*\n {2}hint: Give one of/],
      [["forecast", "nowhere.csv", "--flops", "1e21"], /no study, file or match for nowhere\.csv/],
      [["forecast", "x.csv", "--flops", "1e21", "--approach", "4"], /Allowed choices are auto, 1, 2, 3, kaplan/],
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

  it("refuses a law file that is damaged anywhere, and says where", async () => {
    const whole = {
      approach: "3",
      law: "chinchilla",
      parameters: { E: 1.7, A: 400, B: 420, alpha: 0.34, beta: 0.29 },
      diagnostics: { observations: 9 },
      warnings: [],
      compute: { coefficient: 6, exponent: 1 },
      draws: { names: ["E"], rows: [[1.7]] },
      residuals: [],
    };
    const path = join(folder, "law.json");
    const planWith = async (text: string) => {
      await writeFile(path, text);
      return command("plan", "--flops", "1e20", "--law", path);
    };
    expect((await planWith(JSON.stringify(whole))).code).toBe(0);
    const cases: [object, RegExp][] = [
      [{ ...whole, parameters: { ...whole.parameters, alpha: undefined } }, /parameters\.alpha/],
      [{ ...whole, parameters: { ...whole.parameters, alpha: -1 } }, /parameters\.alpha/],
      [{ ...whole, warnings: undefined }, /warnings/],
      [{ ...whole, diagnostics: undefined }, /diagnostics/],
      [{ ...whole, compute: {} }, /compute\.coefficient/],
      [{ ...whole, draws: 5 }, /draws/],
      [{ ...whole, draws: { names: ["E"], rows: [[1, 2]] } }, /draws/],
      [{ ...whole, law: "kaplan-compute" }, /no fit that says what is optimal/],
      [[], /no fit that says what is optimal/],
    ];
    for (const [content, message] of cases) {
      const { code, stderr, stdout } = await planWith(JSON.stringify(content));
      expect({ message, code, stdout }).toEqual({ message, code: 2, stdout: "" });
      expect(stderr).toMatch(message);
    }
    expect((await planWith('{"law":')).stderr).toMatch(/it is not JSON/);
  });

  it("turns GPUs and days into FLOPs", async () => {
    const { stdout } = await command("plan", "--gpus", "64xH100", "--days", "14", "--mfu", "0.5", "--json");
    expect(JSON.parse(stdout).compute.flops).toBeCloseTo(64 * 989.5e12 * 0.5 * 14 * 86400, -10);
  });
});

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

describe("isoflop forecast", () => {
  const law = { E: 1.7, A: 400, B: 420, alpha: 0.34, beta: 0.29 };
  const lossOf = (N: number, D: number) => law.E + law.A / N ** law.alpha + law.B / D ** law.beta;
  /** Profiles around a misplaced centre, wide enough that a parabola is not the law. */
  const planted = async (budgets: readonly number[]) => {
    const rows = budgets.flatMap((C) =>
      [0.1, 0.22, 0.46, 1, 2.2, 4.6, 10].map((factor) => {
        const N = factor * 0.6 * Math.sqrt(C / 20);
        return [C, N, lossOf(N, C / (6 * N))].join(",");
      }),
    );
    const csv = join(folder, "runs.csv");
    await writeFile(csv, `C,N,loss\n${rows.join("\n")}\n`);
    return csv;
  };

  it("finds the planted optimum by the procedure that the backtest chose, and draws the backtest", async () => {
    const csv = await planted([1e18, 3e18, 1e19, 3e19, 1e20]);
    const figure = join(folder, "backtest.svg");
    const args = ["forecast", csv, "--flops", "1e21", "--bootstrap", "40", "--figure", figure];
    const { code, stdout } = await command(...args, "--json");
    expect(code).toBe(0);
    const made = JSON.parse(stdout);
    expect(made).toMatchObject({
      observations: { count: 35, dropped: [] },
      compute: { flops: 1e21 },
      chosen: { by: "backtest" },
      backtest: { structure: "isoflop", cuts: [{ runs: 14 }, { runs: 21 }, { runs: 28 }] },
    });
    expect(made.chosen.procedure).toMatch(/^3/);
    expect(made.extrapolation).toBeCloseTo(10, 9);
    const G = ((law.alpha * law.A) / (law.beta * law.B)) ** (1 / (law.alpha + law.beta));
    const N = G * (1e21 / 6) ** (law.beta / (law.alpha + law.beta));
    expect(made.forecast.parameters / N).toBeCloseTo(1, 3);
    expect(made.forecast.loss).toBeCloseTo(lossOf(N, 1e21 / 6 / N), 4);
    expect(made.procedures.map((one: { procedure: string }) => one.procedure)).toEqual([
      "2",
      "3",
      "3-least-squares",
      "kaplan",
      "kaplan-compute",
    ]);
    expect(made.skipped).toEqual([{ procedure: "1", code: "no-curves", reason: expect.any(String) }]);
    expect(await readFile(figure, "utf8")).toMatch(/^<svg[^>]*aria-label="How far off forecasts were/);

    const text = await command(...args);
    expect(text.stdout).toMatch(/^35 runs from /);
    expect(text.stdout).toMatch(/Forecast for 1e21 FLOPs, 10 times the largest compute fitted \(1e20\), by 3 /);
    expect(text.stdout).toMatch(/chosen by backtest \(.*; 3 forecasts of larger budgets from 2 fits to less\)/);
    expect(text.stdout).toMatch(/Loss error +to 3x +3-10x +30-100x +Worst/);
    expect(text.stderr).toMatch(/procedure 1 is left out: .*curves/);
  });

  it("forecasts by the approach asked for, warns of a far one, and says how far the tests reached", async () => {
    const csv = await planted([1e18, 3e18, 1e19, 3e19]);
    const { stdout } = await command("forecast", csv, "--flops", "1e24", "--approach", "2", "--bootstrap", "40");
    expect(stdout).toMatch(/by 2 isoFLOP profiles\n {2}chosen by --approach 2/);
    expect(stdout).toMatch(/the farthest test reached 10 times its data/);
    expect(stdout).toMatch(/warning \(extrapolation\): The budget is 3\.3e\+4 times the largest/);
  });

  it("makes no forecast of another budget from the runs of one", async () => {
    const csv = await planted([1e18]);
    const one = await command("forecast", csv, "--flops", "1e20", "--bootstrap", "0");
    expect(one).toMatchObject({ code: 2, stdout: "" });
    expect(one.stderr).toMatch(
      /All 7 runs took about the same compute.*nothing of 1e20\.\n {2}hint: Train at several budgets/,
    );
    expect((await command("forecast", csv, "--flops", "1e18", "--bootstrap", "0")).code).toBe(0);
  });

  it("without budgets to spare says so, and forecasts untested; without curves there is no Approach 1", async () => {
    const csv = await planted([1e18, 1e19]);
    const made = await command("forecast", csv, "--flops", "1e20", "--bootstrap", "0");
    expect(made.code).toBe(0);
    expect(made.stdout).toMatch(/by 3 parametric\n {2}chosen untested: A backtest holds out.* needs 3; there are 2/);
    const first = await command("forecast", csv, "--flops", "1e20", "--approach", "1");
    expect(first).toMatchObject({ code: 2, stdout: "" });
    expect(first.stderr).toMatch(/needs training curves/);
    const drawn = await command("forecast", csv, "--flops", "1e20", "--figure", join(folder, "none.svg"));
    expect(drawn).toMatchObject({ code: 2, stdout: "" });
    expect(drawn.stderr).toMatch(/there is no backtest to draw.*\n {2}hint: Leave --figure out/);
  });
});

describe("isoflop init", () => {
  it("takes a folder whose name YAML would read as a number or a truth value", async () => {
    for (const name of ["2024", "true", "1e5", "null"]) {
      const made = await command("init", join(folder, name), "--json");
      expect({ name, code: made.code }).toEqual({ name, code: 0 });
      const { file } = JSON.parse(made.stdout);
      expect(parseStudy(await readFile(file, "utf8"), file).name).toBe(name);
    }
  });

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
