// biome-ignore lint/style/noRestrictedImports: the table is a file; the package itself does no I/O.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { anyLaw, budgets, kaplan, plain, provoked, study } from "../fixtures/provokedWarnings.js";
import { kaplanModelData } from "../laws/kaplanModelData.js";
import { createRandom } from "../numerics/random.js";
import type { RunRecord } from "../record.js";
import { fitIsoflop } from "./isoflop.js";
import type { FitResult } from "./result.js";
import { warnConvergence } from "./warnings.js";

/** Rows of the table "Diagnostics of every procedure": diagnostic, then a cell for each procedure. */
const page = readFileSync(new URL("../../../../docs/warnings.md", import.meta.url), "utf8");
const [header, , ...body] = page
  .split("## Diagnostics of every procedure")[1]!
  .split("\n## ")[0]!
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const procedures = header!.slice(1);

const named = (cell: string) => [...cell.matchAll(/`([A-Za-z-]+)`/g)].map((match) => match[1]!);
const isCode = (name: string) => name.includes("-");

describe("docs/warnings.md's table of diagnostics", () => {
  test("names every procedure, and in every cell a diagnostic or the letter of a reason that is given", () => {
    expect([...procedures].sort()).toEqual(Object.keys(plain).sort());
    expect(body.length).toBe(8);
    for (const [diagnostic, ...cells] of body) {
      expect(cells.length, diagnostic).toBe(procedures.length);
      for (const cell of cells) {
        const reason = /^— \(([a-z])\)$/.exec(cell)?.[1];
        expect(named(cell).length > 0 || page.includes(`\n(${reason}) `), `${diagnostic}: ${cell}`).toBe(true);
      }
    }
  });
  test.each(procedures)("%s gives what the table says, and no other warning of these", (procedure) => {
    const column = procedures.indexOf(procedure) + 1;
    const promised = body.flatMap((row) => named(row[column]!));
    const { diagnostics } = plain[procedure]!();
    for (const key of promised.filter((name) => !isCode(name))) expect(diagnostics, key).toHaveProperty(key);
    // No search here fails to arrive: the warning is held to its promise below.
    const codes = promised.filter((name) => isCode(name) && name !== "poor-convergence");
    expect([...new Set(codes)].sort()).toEqual(Object.keys(provoked[procedure]!).sort());
    for (const code of new Set(codes)) {
      expect(provoked[procedure]![code]!().warnings.map((warning) => warning.code)).toContain(code);
    }
  });
  test("a search that ran out of iterations, or ended on a slope, has not converged", () => {
    const codes = (converged: boolean, gradient: number) => warnConvergence(converged, gradient).map((w) => w.code);
    expect(codes(true, 1e-6)).toEqual([]);
    expect(codes(true, 0.01)).toEqual(["poor-convergence"]);
    expect(codes(false, 1e-6)).toEqual(["poor-convergence"]);
  });
  test("without a bend in the law the smallest budget is seldom blamed", () => {
    const kaplanRuns = (seed: number) => {
      const random = createRandom(seed);
      return budgets.flatMap((budget) => {
        const flops = 1e8 * budget;
        const p = kaplanModelData.published.parameters;
        const centre = kaplanModelData.optimum(p, flops).parameters;
        return Array.from({ length: 7 }, (_, i): RunRecord => {
          const parameters = centre * 8 ** (i / 6 - 0.5);
          const tokens = flops / (6 * parameters);
          const loss = kaplanModelData.loss(p, parameters, tokens) * Math.exp(0.004 * random.normal());
          return { id: `${budget}/${i}`, parameters, tokens, flops, budget: flops, loss };
        });
      });
    };
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    const alarms = (fit: (seed: number) => FitResult) =>
      seeds.filter((seed) => fit(seed).warnings.some(({ code }) => code === "budget-sensitive")).length;
    // At 5 % more than four of twenty happen once in 400 times.
    expect(alarms((seed) => kaplan(kaplanRuns(seed))[0])).toBeLessThanOrEqual(4);
    expect(alarms((seed) => fitIsoflop(study({ random: createRandom(seed) }), { resamples: 100 }))).toBeLessThanOrEqual(
      4,
    );
    expect(
      alarms((seed) => anyLaw(study({ random: createRandom(seed) }), { loss: "mse", resamples: 40 })),
    ).toBeLessThanOrEqual(4);
  });
});
