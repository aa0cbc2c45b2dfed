import { isIsoflopError } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import { describe, expect, it } from "vitest";
import { corpus } from "../../fixtures/corpus.js";
import { parseStudy } from "../parse.js";
import { resolveParts } from "../resolve.js";
import { epochsOf } from "../runTotals.js";

const head = "name: a\ndata: { corpus: x }\nhyperparameters: { batch: 512, lr: 0.005 }\n";
const runsOf = (design: string, more = "", on = corpus) =>
  resolveParts(parseStudy(`${head}${more}design: ${design}`, "s"), on);

function complaint(design: string, more = "", on = corpus): string {
  try {
    runsOf(design, more, on);
  } catch (error) {
    if (isIsoflopError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "no complaint";
}

const distinct = <T>(runs: readonly RunSpec[], of: (run: RunSpec) => T) => [...new Set(runs.map(of))];
const n = (run: RunSpec) => run.parameters.total;
/** Within what whole batches and the family's shapes can do. */
const near = (value: number, wanted: number, share = 0.2) =>
  expect(Math.abs(Math.log(value / wanted)), `${value} for ${wanted}`).toBeLessThan(share);

describe("designs", () => {
  it("envelope trains every size over every horizon, each by a cosine as long as itself", () => {
    const { runs, parts } = runsOf(
      "{ kind: envelope, sizes: { from: 20k, to: 320k, count: 5 }, horizons: { longest: 1.6M } }",
    );
    expect(parts).toBeUndefined();
    expect(runs).toHaveLength(20);
    const sizes = distinct(runs, n).sort((a, b) => a - b);
    [20e3, 40e3, 80e3, 160e3, 320e3].forEach((wanted, i) => void near(sizes[i] ?? 0, wanted));
    for (const size of sizes) {
      const horizons = runs.filter((run) => n(run) === size).map(({ tokens }) => tokens);
      [1e5, 251_984, 634_960, 1.6e6].forEach((wanted, i) => void near(horizons[i] ?? 0, wanted, 0.01));
    }
    for (const { schedule, steps } of runs) expect(schedule).toMatchObject({ kind: "cosine", lengthSteps: steps });
    expect(distinct(runs, ({ budget }) => budget)).toEqual([undefined]);
  });

  it("ladder keeps D/N along every ray, by the N that is trained", () => {
    const { runs } = runsOf("{ kind: ladder, sizes: [20k, 60k, 200k], tokensPerParameter: [5, 20], seeds: 2 }");
    expect(runs).toHaveLength(12);
    for (const [i, run] of runs.entries()) near(run.tokens / n(run), i % 4 < 2 ? 5 : 20, 0.01);
    expect(distinct(runs, ({ seed }) => seed)).toEqual([0, 1]);
    expect(runsOf("{ kind: ladder, sizes: [20k, 60k] }").runs.map((run) => Math.round(run.tokens / n(run)))).toEqual([
      20, 20,
    ]);
  });

  it("grid trains every size on every number of tokens", () => {
    const { runs } = runsOf("{ kind: grid, sizes: [20k, 60k, 200k], tokens: [1e5, 1e6] }");
    expect(runs.map(({ tokens }) => tokens)).toEqual([99_840, 999_936, 99_840, 999_936, 99_840, 999_936]);
    expect(runs[0]?.name).toMatch(/^N\d+\S*-D100k-s0$/);
    expect(complaint("{ kind: grid, sizes: [20k], tokens: [1e5, 100050] }")).toMatch(
      /^design-duplicate-runs: The design asks twice/,
    );
    expect(complaint("{ kind: grid, sizes: [20k], tokens: [1e8] }")).toMatch(/^design-tokens-exceed-corpus: /);
  });

  it("epochs crosses sizes, unique tokens and repeats; the smaller subsets are parts of the larger", () => {
    const { runs } = runsOf("{ kind: epochs, sizes: [20k, 60k], uniqueTokens: [1e5, 4e5], repeats: [1, 4, 16] }");
    expect(runs).toHaveLength(12);
    expect(runs.map((run) => run.data.uniqueSequences)).toEqual(
      Array.from({ length: 2 }, () => [undefined, 1563, 1563, undefined, 6250, 6250]).flat(),
    );
    for (const run of runs.filter((one) => one.data.uniqueSequences !== undefined))
      near(
        epochsOf(run),
        run.tokens > 1e6 && run.data.uniqueSequences === 6250 ? (run.tokens > 5e6 ? 16 : 4) : run.tokens > 1e6 ? 16 : 4,
        0.01,
      );
    // One pass sees fresh tokens only, whatever batches make of their number.
    for (const run of runs.filter((one) => one.data.uniqueSequences === undefined))
      expect(epochsOf(run)).toBeLessThan(1);
    expect(complaint("{ kind: epochs, sizes: [20k], uniqueTokens: [2e7] }")).toMatch(
      /exceed-corpus|design-unique-tokens/,
    );
    expect(complaint("{ kind: epochs, sizes: [20k], uniqueTokens: [1e5], repeats: [0.5] }")).toMatch(
      /must be at least 1/,
    );
  });

  it("runs are trained as they are listed: by N or by shape, with their own seed, batch and rate", () => {
    const { runs } = runsOf(
      "{ kind: runs, seeds: 2, runs: [{ parameters: 40k, tokens: 1e5 }, { shape: { width: 32, layers: 3 }, tokens: 2e5, seed: 7, batch: 1024, lr: 0.002, uniqueTokens: 5e4 }] }",
    );
    expect(runs).toHaveLength(3);
    near(n(runs[0] as RunSpec), 40e3);
    expect(runs[2]).toMatchObject({
      shape: { width: 32, layers: 3 },
      seed: 7,
      batch: { tokens: 1024 },
      optimizer: { learningRate: 0.002 },
      choices: { batch: { by: "user", value: 1024 }, learningRate: { by: "user", value: 0.002 } },
      data: { uniqueSequences: 781 },
    });
    expect(runs[0]).toMatchObject({ batch: { tokens: 512 }, optimizer: { learningRate: 0.005 } });
    expect(complaint("{ kind: runs, runs: [{ tokens: 1e5 }] }")).toMatch(
      /s:4:30: design\.runs\[0\]: needs parameters or a shape/,
    );
    expect(complaint("{ kind: runs, runs: [{ parametres: 1e5, tokens: 1e5 }] }")).toMatch(
      /unknown key parametres in design\.runs\[0\]; did you mean parameters\?/,
    );
    expect(
      complaint("{ kind: runs, shapes: { heads: 5 }, runs: [{ shape: { width: 32, layers: 2 }, tokens: 1e5 }] }"),
    ).toMatch(/^design-shape: /);
  });

  it("kaplan has parts: sizes at convergence, nested subsets, a grid for L(C), and batches", () => {
    const { runs, parts } = runsOf(
      `{ kind: kaplan, model: { sizes: [20k, 60k, 200k], tokens: 5M }, data: { size: 200k, uniqueTokens: [2e4, 8e4, 3.2e5] },
         compute: { sizes: [20k, 60k, 200k], tokens: [2e5, 8e5] }, batch: { size: 60k, batches: [128, 512, 2048], tokens: 4e5 } }`,
    );
    expect(Object.fromEntries(Object.entries(parts ?? {}).map(([part, ids]) => [part, ids.length]))).toEqual({
      model: 3,
      data: 3,
      compute: 6,
      batch: 3,
    });
    const of = (part: "model" | "data" | "batch") => runs.filter(({ id }) => parts?.[part]?.includes(id));
    for (const run of [...of("model"), ...of("data")]) {
      expect(run.evaluation).toMatchObject({ everySteps: Math.ceil(run.steps / 50), earlyStopping: { patience: 5 } });
    }
    expect(of("data").map((run) => run.data.uniqueSequences)).toEqual([313, 1250, 5000]);
    expect(of("data").map(epochsOf).map(Math.round)).toEqual([20, 20, 20]);
    expect(new Set(of("data").map(n)).size).toBe(1);
    // The rate goes with the square root of the batch from what the study says of both.
    expect(of("batch").map((run) => [run.batch.tokens, run.optimizer.learningRate, run.schedule.kind])).toEqual([
      [128, 0.0025, "constant"],
      [512, 0.005, "constant"],
      [2048, 0.01, "constant"],
    ]);
    expect(of("batch").map((run) => run.gradientNoise !== undefined)).toEqual([true, true, true]);
    expect(complaint("{ kind: kaplan }")).toMatch(/needs one of its parts: model, data, compute, batch/);
  });

  it("adaptive centres are asked for by one word, and a study without them has the runs that it had", () => {
    const plain = runsOf("{ kind: isoflop, budgets: [1e11, 1e12] }").runs.map(({ id }) => id);
    const adaptive = "{ kind: isoflop, budgets: [1e11, 1e12], centre: { adaptive: true } }";
    expect(runsOf(adaptive).runs.map(({ id }) => id)).toEqual(plain);
    const { design } = parseStudy(`${head}design: ${adaptive}`, "s");
    expect(design).toMatchObject({ centre: { adaptive: { first: 1, extensions: 3 }, tokensPerParameter: 20 } });
    expect(complaint("{ kind: isoflop, budgets: [1e11], centre: { adaptive: { frist: 2 } } }")).toMatch(
      /unknown key frist in design\.centre\.adaptive; did you mean first\?/,
    );
  });
});
