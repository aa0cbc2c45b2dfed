import { describe, expect, it } from "vitest";
import { corpus } from "../../fixtures/corpus.js";
import { parseStudy } from "../parse.js";
import { resolveParts } from "../resolve.js";
import { type Identification, identifies } from "./identify.js";

function told(design: string): Record<string, Identification> {
  const study = parseStudy(
    `name: a\ndata: { corpus: x }\nhyperparameters: { batch: 512, lr: 0.005 }\ndesign: ${design}`,
    "s",
  );
  return Object.fromEntries(identifies(study, resolveParts(study, corpus)).map((one) => [one.what, one]));
}
const [A1, A2, A3, RAY, REPEATS, SEEDS] = [
  "Approach 1: envelope of the curves",
  "Approach 2: isoFLOP minima",
  "Approach 3: L(N, D)",
  "L(C) along the ray",
  "Data-constrained: R_D*, R_N*",
  "Noise from seed to seed",
];

describe("what a design identifies", () => {
  it("isoFLOP profiles: the exponent, better with more sizes, weakly from two budgets", () => {
    const five = told("{ kind: isoflop, budgets: [5e10, 1e11, 2e11, 4e11, 8e11] }");
    expect([five[A1]?.verdict, five[A2]?.verdict, five[A3]?.verdict, five[SEEDS]?.verdict]).toEqual([
      "weakly",
      "yes",
      "yes",
      "no",
    ]);
    const error = (one: Identification | undefined) => Number(/exponent a ± ([\d.]+)/.exec(one?.why ?? "")?.[1]);
    const many = told("{ kind: isoflop, budgets: [5e10, 1e11, 2e11, 4e11, 8e11], sizes: 14, seeds: 2 }");
    expect(error(many[A2])).toBeLessThan(0.6 * error(five[A2]));
    expect(error(many[A3])).toBeLessThan(0.8 * error(five[A3]));
    expect(many[SEEDS]?.verdict).toBe("yes");
    const two = told("{ kind: isoflop, budgets: [5e10, 8e11] }");
    expect(two[A2]).toMatchObject({
      verdict: "weakly",
      why: expect.stringMatching(/two minima fix the power law exactly/),
    });
  });

  it("a ladder along one ray: its ray, and neither A nor B; along several, L(N, D)", () => {
    const one = told("{ kind: ladder, sizes: { from: 4k, to: 100k, count: 6 } }");
    expect([one[RAY]?.verdict, one[A2]?.verdict]).toEqual(["yes", "no"]);
    expect(one[A3]).toMatchObject({ verdict: "no", why: expect.stringMatching(/A and B cannot be told apart/) });
    const several = told("{ kind: ladder, sizes: { from: 4k, to: 100k, count: 6 }, tokensPerParameter: [5, 20, 80] }");
    expect(several[RAY]).toBeUndefined();
    expect(several[A3]?.verdict).toBe("yes");
  });

  it("one size: no model's term; an envelope: Approach 1", () => {
    const one = told("{ kind: grid, sizes: [20k], tokens: [1e5, 1e6, 4e6] }");
    expect([one[A1]?.verdict, one[A3]?.verdict]).toEqual(["no", "no"]);
    expect(one[A3]?.why).toMatch(/exponent a not at all.*one size: the model's term cannot show/);
    expect(
      told("{ kind: envelope, sizes: { from: 10k, to: 200k, count: 6 }, horizons: { longest: 4M } }")[A1]?.verdict,
    ).toBe("yes");
  });

  it("epochs: R_D* and R_N*, as far as there are fresh runs, passes and sizes", () => {
    const whole =
      "{ kind: epochs, sizes: [8k, 24k, 72k, 200k], uniqueTokens: [1e5, 3e5, 9e5, 2.7e6], repeats: [1, 4, 12] }";
    expect(told(whole)[REPEATS]?.verdict).toBe("yes");
    expect(told(whole.replace(", 72k, 200k", ""))[REPEATS]).toMatchObject({
      verdict: "weakly",
      why: expect.stringMatching(/only 8 runs repeat nothing/),
    });
    expect(told(whole.replace("[1, 4, 12]", "[1, 4]"))[REPEATS]?.why).toMatch(/up to four passes cost little/);
    expect(told(whole.replace("[1, 4, 12]", "[1]"))[REPEATS]?.verdict).toBe("no");
  });

  it("kaplan: each part by itself", () => {
    const parts = told(
      "{ kind: kaplan, model: { sizes: { from: 8k, to: 120k, count: 5 }, tokens: 4M }, data: { size: 120k, uniqueTokens: [2e4, 8e4] }, batch: { size: 24k, batches: [512, 1024], tokens: 6e5 } }",
    );
    expect(Object.fromEntries(Object.values(parts).map(({ what, verdict }) => [what, verdict]))).toEqual({
      "Kaplan's L(N)": "yes",
      "Kaplan's L(D)": "no",
      "Kaplan's L(N, D)": "yes",
      "Kaplan's B_crit(L)": "no",
    });
    expect(parts["Kaplan's L(N)"]?.why).toMatch(/5 sizes over a factor of 1\d: exponent ± 0\.00\d+/);
    const alone = told("{ kind: kaplan, model: { sizes: [8k, 24k, 72k], tokens: 4M } }");
    expect(alone["Kaplan's L(N, D)"]).toMatchObject({
      verdict: "no",
      why: "only N varies: it needs both parts, model and data",
    });
  });
});
