import { describe, expect, test } from "vitest";
import { chinchilla, chinchillaExponents } from "../laws/chinchilla.js";
import { besirogluConstants } from "./besiroglu.js";
import { hoffmannConstants, hoffmannRoundedConstants } from "./hoffmann.js";
import { publishedLaw, publishedLaws } from "./laws.js";
import { publishedModels } from "./models.js";
import { hoffmannTable3, hoffmannTableA3Approach2, hoffmannTableA3Approach3 } from "./tables.js";

describe("Hoffmann's tables", () => {
  test.each([
    ["hoffmann-2022-approach-1", hoffmannTable3],
    ["hoffmann-2022-approach-2", hoffmannTableA3Approach2],
  ] as const)("%s gives every row of its table, and goes monotonically between them", (name, rows) => {
    const law = publishedLaw(name);
    for (const row of rows) {
      expect(law.optimum(row.flops).parameters / row.parameters).toBeCloseTo(1, 9);
      expect(law.optimum(row.flops).tokens / row.tokens).toBeCloseTo(1, 9);
    }
    for (let logC = 18; logC < 30; logC += 0.01) {
      const [here, next] = [law.optimum(10 ** logC), law.optimum(10 ** (logC + 0.01))];
      expect(next.parameters).toBeGreaterThan(here.parameters);
      expect(next.tokens).toBeGreaterThan(here.tokens);
      // Rows are rounded: 6ND is C within 5 % (the 67B row), and no interpolation adds to that.
      expect(Math.abs((6 * here.parameters * here.tokens) / 10 ** logC - 1)).toBeLessThan(0.055);
    }
  });
  test("exponents are those of Table 2", () => {
    const slope = (name: string) => {
      const law = publishedLaw(name);
      return Math.log(law.optimum(1e24).parameters / law.optimum(1e20).parameters) / Math.log(1e4);
    };
    expect(slope("hoffmann-2022-approach-1")).toBeCloseTo(0.5, 2);
    expect(slope("hoffmann-2022-approach-2")).toBeCloseTo(0.49, 2);
    expect(slope("hoffmann-2022-approach-3")).toBeCloseTo(0.46, 2);
    expect(slope("kaplan-2020")).toBeCloseTo(0.73, 10);
    const logs = hoffmannTableA3Approach3;
    const rows =
      Math.log(logs.at(-1)!.parameters / logs[0]!.parameters) / Math.log(logs.at(-1)!.flops / logs[0]!.flops);
    expect(rows).toBeCloseTo(0.458, 2);
  });
});

describe("constants", () => {
  test("at 5.88e23 the rounded ones give 32.5B, the unrounded 40.7B, Epoch's 73B", () => {
    const at = (constants: typeof hoffmannConstants) => chinchilla.optimum(constants, 5.88e23).parameters / 1e9;
    expect(at(hoffmannRoundedConstants)).toBeCloseTo(32.5, 1);
    expect(at(hoffmannConstants)).toBeCloseTo(40.7, 1);
    expect(at(besirogluConstants)).toBeCloseTo(73, 0);
  });
  test("the unrounded ones round to the printed ones", () => {
    expect(hoffmannConstants.E).toBeCloseTo(1.69, 2);
    expect(hoffmannConstants.A).toBeCloseTo(406.4, 1);
    expect(hoffmannConstants.B).toBeCloseTo(410.7, 1);
    expect(chinchillaExponents(besirogluConstants).a).toBeCloseTo(0.513, 3);
  });
  test("Kaplan at one PF-day: 1.3B parameters, 20B tokens", () => {
    const optimum = publishedLaw("kaplan-2020").optimum(8.64e19);
    expect(optimum.parameters).toBeCloseTo(1.3e9, -2);
    expect(optimum.tokens).toBeCloseTo(2e10, -2);
    expect(optimum.loss).toBeCloseTo(3.1e8 ** 0.05, 9);
  });
});

test("every law has a name, a source, and an optimum that grows with compute; unknown names are refused", () => {
  expect(publishedLaws.map((law) => law.name).sort()).toEqual([
    "besiroglu-2024",
    "hoffmann-2022-approach-1",
    "hoffmann-2022-approach-2",
    "hoffmann-2022-approach-3",
    "kaplan-2020",
    "muennighoff-2023",
  ]);
  for (const law of publishedLaws) {
    const [small, large] = [law.optimum(1e20), law.optimum(1e24)];
    expect(law.source).toMatch(/20\d\d/);
    expect(large.parameters).toBeGreaterThan(small.parameters);
    expect(large.tokens).toBeGreaterThan(small.tokens);
    if (law.loss) expect(law.loss(large.parameters, large.tokens)).toBeCloseTo(large.loss!, 12);
  }
  expect(() => publishedLaw("hoffmann-2022")).toThrow(/no published law/);
});

test("GPT-3's 6ND is its published 3,640 PF-days", () => {
  const gpt3 = publishedModels.find((model) => model.name === "GPT-3")!;
  expect(Math.abs((6 * gpt3.parameters * gpt3.tokens) / 8.64e19 / 3640 - 1)).toBeLessThan(0.005);
});
