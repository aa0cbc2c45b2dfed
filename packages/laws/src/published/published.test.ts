import { describe, expect, test } from "vitest";
import { chinchilla, chinchillaExponents } from "../laws/chinchilla.js";
import { downstreamError } from "../laws/downstreamError.js";
import { overTraining } from "../laws/overTraining.js";
import { besirogluConstants } from "./besiroglu.js";
import { gadre2024 } from "./gadre.js";
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
    "llama-3-2024",
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

// Hoffmann et al. 2022, appendix D.4: of 1e21 FLOPs Kaplan et al. 2020 would make 4.68 billion parameters (at the critical
// batch, where C_min is half of C), Approach 1 2.86 billion.
test("at 1e21 FLOPs Kaplan's and Hoffmann's laws give the sizes that Hoffmann compared", () => {
  expect(publishedLaw("kaplan-2020").optimum(0.5e21).parameters / 4.68e9).toBeCloseTo(1, 2);
  expect(publishedLaw("hoffmann-2022-approach-1").optimum(1e21).parameters / 2.86e9).toBeCloseTo(1, 2);
});

describe("Llama 3", () => {
  const law = publishedLaw("llama-3-2024");
  test("402B parameters on 16.55T tokens, at their 6ND", () => {
    const { parameters, tokens } = law.optimum(6 * 402e9 * 16.55e12);
    expect(Math.abs(parameters / 402e9 - 1)).toBeLessThan(0.012);
    expect(Math.abs(tokens / 16.55e12 - 1)).toBeLessThan(0.012);
  });
  test("the budget that the paper names is the 6ND of its 405B on 15.6T tokens", () => {
    expect((6 * 405e9 * 15.6e12) / 3.8e25).toBeCloseTo(1, 2);
    const { parameters, tokens } = law.optimum(3.8e25);
    expect((6 * parameters * tokens) / 3.8e25).toBeCloseTo(1, 12);
    expect(tokens / 1e12).toBeCloseTo(16.3, 1);
  });
});

describe("Gadre's over-trained models", () => {
  // Appendix F: "M*_C4 = 3.36, M*_RedPajama = 7.42, M*_RefinedWeb = 5.85", from unrounded constants.
  test.each([
    ["C4", 3.36],
    ["RedPajama", 7.42],
    ["RefinedWeb", 5.85],
  ] as const)("trained on %s, Table 6 gives the printed optimal multiplier %d", (trainedOn, printed) => {
    const { loss } = gadre2024.find((study) => study.trainedOn === trainedOn)!;
    const { parameters, tokens } = overTraining.optimum(loss, 1e20);
    expect(tokens / parameters).toBeCloseTo((loss.b / loss.a) ** (1 / (2 * loss.eta)), 9);
    // a, b and eta are printed to three figures: half a unit of the last one of each moves M by up to 4 %.
    expect(Math.abs(tokens / parameters / printed - 1)).toBeLessThan(0.04);
  });
});

// c4_original-d=96_l=8_h=4-1.0 of the paper's data (github.com/mlfoundations/scaling): its loss on C4 and its mean error on the
// 17 tasks, one of the models fitted.
test("Gadre's smallest model trained on C4 has about the loss and error of Table 6", () => {
  const [c4] = gadre2024;
  const [parameters, tokens] = [10_569_312, 211_386_240];
  const loss = overTraining.value(c4!.loss, { C: 6 * parameters * tokens, M: tokens / parameters });
  // Half a unit of eta's last figure is 1.9 % of what is above E, at C = 1.3e16.
  expect(Math.abs(loss / 5.2207 - 1)).toBeLessThan(0.019 * (1 - c4!.loss.E / loss));
  expect(Math.abs(downstreamError.value(c4!.error, { L: 5.2207 }) - 0.8037)).toBeLessThan(0.01);
});

test("GPT-3's 6ND is its published 3,640 PF-days", () => {
  const gpt3 = publishedModels.find((model) => model.name === "GPT-3")!;
  expect(Math.abs((6 * gpt3.parameters * gpt3.tokens) / 8.64e19 / 3640 - 1)).toBeLessThan(0.005);
});
