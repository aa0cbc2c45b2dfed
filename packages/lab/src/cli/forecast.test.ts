import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-forecast-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

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
