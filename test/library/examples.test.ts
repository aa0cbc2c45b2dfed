import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("../../examples/", import.meta.url));

/** What an example prints, run as its reader runs it. */
async function printed(name: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [name], { cwd: folder });
  expect(stderr).toBe("");
  return stdout;
}

/** The numbers on the line that matches, with k, M and B multiplied out. */
function numbersOn(text: string, line: RegExp): number[] {
  const found = text.split("\n").find((candidate) => line.test(candidate));
  expect(found, String(line)).toBeDefined();
  const rest = found!.replace(line, "");
  const multiples: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, B: 1e9, T: 1e12 };
  return [...rest.matchAll(/(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)([kMBT]\b)?/g)].map(
    ([, number, multiple]) => Number(number) * (multiples[multiple ?? ""] ?? 1),
  );
}

test("every example is run by a test of this file, or of the lab", async () => {
  expect((await readdir(folder)).sort()).toEqual([
    "choose-by-backtest.mjs",
    "designs",
    "fit-and-plan.mjs",
    "plant-and-cover.mjs",
    "slurm",
  ]);
});

test("fit-and-plan finds the law that its table was made from, and plans by it", async () => {
  const text = await printed("fit-and-plan.mjs");
  const truth = { E: 1.8, A: 450, B: 1500, alpha: 0.35, beta: 0.35 };
  for (const [name, value] of Object.entries(truth)) {
    const [found, low, high] = numbersOn(text, new RegExp(`^  ${name} `));
    expect(low, name).toBeLessThan(value);
    expect(high, name).toBeGreaterThan(value);
    expect(Math.abs(found! / value - 1), name).toBeLessThan(0.25);
  }
  // Hoffmann et al. 2022, equation 4, with the planted constants.
  const G = (truth.A / truth.B) ** (1 / 0.7);
  const [N, D] = [G * (6.4e21 / 6) ** 0.5, (6.4e21 / 6) ** 0.5 / G];
  const loss = truth.E + truth.A / N ** 0.35 + truth.B / D ** 0.35;
  for (const [line, value] of [
    [/^ {2}N {2}/, N],
    [/^ {2}D {2}/, D],
    [/^ {2}loss /, loss],
  ] as const) {
    const [found, low, high] = numbersOn(text, line);
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
    expect(Math.abs(found! / value - 1)).toBeLessThan(0.2);
  }
  const [low, high] = numbersOn(text, /^ {2}one run at the optimum/);
  expect(low).toBeLessThan(loss);
  expect(high).toBeGreaterThan(loss);
  expect(numbersOn(text, /^ {2}half the size on twice the data/)[1]).toBeGreaterThan(0.001);
  expect(text).toContain("note: The budget is 1.0e+2 times the largest that was fitted.");
});

test("choose-by-backtest chooses the procedure of least error, whose forecast then holds", async () => {
  const text = await printed("choose-by-backtest.mjs");
  const names = ["isoFLOP profiles", "parametric loss", "Kaplan's L(N, D)"];
  const errors = names.map((name) =>
    Math.abs(numbersOn(text, new RegExp(`^  ${name.replace(/[().]/g, "\\$&")}:`))[0]!),
  );
  const least = names[errors.indexOf(Math.min(...errors))];
  expect(text).toContain(`chosen: ${least}\n`);
  // A pure power law has no irreducible loss: it must forecast too low, by far more than the noise.
  expect(errors[2]).toBeGreaterThan(10 * errors[1]!);
  const [, loss, low, high] = numbersOn(text, /^forecast for/);
  const [truth, N] = numbersOn(text, /^planted truth:/);
  expect(low).toBeLessThan(truth!);
  expect(high).toBeGreaterThan(truth!);
  expect(Math.abs(loss! - truth!)).toBeLessThan(0.01);
  expect(numbersOn(text, /^ {2}N /)[0]! / N!).toBeCloseTo(1, 0);
});

test("plant-and-cover counts how often intervals hold the truth, and repeats data where they are few", async () => {
  const text = await printed("plant-and-cover.mjs");
  const blocks = text.split(/^\d sizes at each budget.*$/m).slice(1);
  expect(blocks).toHaveLength(2);
  const widths = blocks.map((block) =>
    ["alpha", "beta", "a"].map((name) => {
      const [held, studies, , , width] = numbersOn(block, new RegExp(`^  ${name} +held in`));
      expect(studies).toBe(40);
      // 33 or fewer of 40 would happen once in two thousand times if 95 % were true.
      expect(held, name).toBeGreaterThanOrEqual(34);
      return width!;
    }),
  );
  widths[0]!.forEach((width, i) => {
    expect(width).toBeGreaterThan(widths[1]![i]!);
  });
  const [epochs] = numbersOn(text, /^ {2}(?=[\d.]+ epochs)/);
  expect(epochs).toBeGreaterThan(1);
  const [loss, penalty] = numbersOn(text, /^ {2}loss /);
  const [ideal] = numbersOn(text, /^ {2}\(the planted law/);
  expect(penalty).toBeGreaterThan(0);
  expect(loss).toBeGreaterThan(ideal!);
});
