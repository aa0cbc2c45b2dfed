/// <reference types="vite/client" />
import { describe, expect, test } from "vitest";
import { fitLaw } from "../fit/fitLaw.js";
import { lawFaults } from "../fixtures/lawFaults.js";
import { plantedRows } from "../fixtures/plantedRows.js";
import { createRandom } from "../numerics/random.js";
import { everyLaw } from "../registry/everyLaw.js";
import { isLaw } from "../registry/isLaw.js";
import { chinchilla } from "./chinchilla.js";
import type { Law } from "./law.js";

const files = import.meta.glob<Record<string, unknown>>(["./*.ts", "!./*.test.ts"], { eager: true });

/** Files that only declare types have nothing at run time; every other file of this folder is a law. */
const lawFiles = Object.entries(files).filter(([, module]) => Object.keys(module).length > 0);
const laws = lawFiles.flatMap(([file, module]) =>
  Object.values(module)
    .filter(isLaw)
    .map((law) => ({ file, law })),
);

test.each(lawFiles.map(([file, module]) => ({ file, module })))("$file exports a law", ({ module }) => {
  expect(Object.values(module).filter(isLaw).length).toBeGreaterThan(0);
});

test("the registry has every law of this folder, under names of their own", () => {
  expect(new Set(everyLaw)).toEqual(new Set(laws.map(({ law }) => law)));
  expect(new Set(everyLaw.map((law) => law.name)).size).toBe(everyLaw.length);
});

describe.each(laws.map(({ law }) => ({ name: law.name, law })))("$name", ({ law }) => {
  test("has its source, units, gradient and optimum", () => expect(lawFaults(law)).toEqual([]));

  test("planted exactly, is found again", () => expect(recoveryFaults(law)).toEqual([]));

  test("planted with noise, lies within its intervals", () => {
    const random = createRandom(5);
    let held = 0;
    let asked = 0;
    for (let study = 0; study < 4; study++) {
      const rows = plantedRows(law, law.published.parameters, 60, noiseOf(law), random);
      const fit = fitLaw(law, rows, { resamples: 40, starts: 3, random });
      for (const [name, [low, high]] of Object.entries(fit.intervals95)) {
        const truth = law.published.parameters[name]!;
        asked++;
        if (low <= truth && truth <= high) held++;
      }
    }
    // At 90 % (percentiles of 40 draws) and four studies whose parameters move together.
    expect(asked).toBe(4 * Object.keys(law.parameters).length);
    expect(held / asked).toBeGreaterThanOrEqual(0.7);
  });
});

/** 0.3 % of the loss, or of the output's range where it is a share. */
function noiseOf(law: Law): number {
  return law.residuals === "log"
    ? 0.003
    : 0.003 * Math.abs(law.value(law.published.parameters, plantedRows(law, law.published.parameters, 1)[0]!.inputs));
}

function recoveryFaults(law: Law): string[] {
  const truth = law.published.parameters;
  const fit = fitLaw(law, plantedRows(law, truth, 60), { resamples: 0 });
  return Object.keys(truth).flatMap((name) => {
    const off = Math.abs(fit.parameters[name]! / truth[name]! - 1);
    return off < 1e-5 ? [] : [`${name} is found as ${fit.parameters[name]} for ${truth[name]}`];
  });
}

describe("the battery bites", () => {
  const broken = (change: Partial<typeof chinchilla>) =>
    lawFaults({ ...chinchilla, ...change } as unknown as Law).join("; ");
  test.each([
    ["no arXiv paper", { source: "folklore, equation 1" }],
    ["no equation", { source: "arXiv:2203.15556" }],
    ["alpha lacks its unit", { parameters: { ...chinchilla.parameters, alpha: { unit: "", meaning: "exponent" } } }],
    ["N has no range", { inputs: { ...chinchilla.inputs, N: { unit: "parameters", meaning: "size", range: [2, 1] } } }],
    [
      "gradient by beta disagrees",
      { gradient: (p, x) => ({ ...chinchilla.gradient(p, x), beta: -chinchilla.gradient(p, x).beta }) },
    ],
    [
      "gradient by A disagrees",
      { gradient: (p, x) => ({ ...chinchilla.gradient(p, x), A: 1.001 * chinchilla.gradient(p, x).A }) },
    ],
    ["rescale does not", { rescale: (p, by, y) => ({ ...chinchilla.rescale(p, by, y), B: p.B * y }) }],
    [
      "not linear in alpha",
      { parameters: { ...chinchilla.parameters, alpha: { ...chinchilla.parameters.alpha, linear: true } } },
    ],
    ["not of least loss", { optimum: (p, c, k) => chinchilla.optimum({ ...p, A: 1.1 * p.A }, c, k) }],
  ] satisfies [string, Partial<typeof chinchilla>][])("on a law with: %s", (fault, change) => {
    expect(broken(change)).toContain(fault);
  });
  test("on a law that its own fit cannot find again", () => {
    // A and B enter as one sum: no data can tell them apart.
    const law = {
      ...chinchilla,
      value: (p: typeof chinchilla.published.parameters, x: { N: number; D: number }) =>
        chinchilla.loss({ ...p, B: p.A + p.B, A: 0 }, x.N, x.D),
      gradient: (p: typeof chinchilla.published.parameters, x: { N: number; D: number }) => {
        const g = chinchilla.gradient({ ...p, B: p.A + p.B, A: 0 }, x);
        return { ...g, A: g.B, alpha: 0 };
      },
    };
    expect(recoveryFaults(law as unknown as Law)).not.toEqual([]);
  });
});
