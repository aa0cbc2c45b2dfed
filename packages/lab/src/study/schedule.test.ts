import { isIsoflopError } from "@isoflop/laws";
import { runSpecSchema, trainingMemory } from "@isoflop/trainer";
import { describe, expect, it } from "vitest";
import { corpus } from "../fixtures/corpus.js";
import { checkDesign } from "./check.js";
import { unsweptChoices } from "./choices.js";
import { largestDivisor, resolveTraining } from "./hyperparameters.js";
import { memoryTest } from "./memory.js";
import { parseStudy } from "./parse.js";
import { resolveRuns } from "./resolve.js";

const text = (hyperparameters: string, more = "") =>
  `name: x\ndata: { corpus: y }\ndesign: { kind: isoflop, budgets: [3e10, 1e11, 3e11], sizes: 5 }\nhyperparameters: ${hyperparameters}\n${more}`;
const study = (hyperparameters: string, more = "") => parseStudy(text(hyperparameters, more), "study.yaml");
const runsOf = (hyperparameters: string, more = "") => {
  const runs = resolveRuns(study(hyperparameters, more), corpus);
  for (const run of runs) expect(runSpecSchema.parse(run)).toEqual(run);
  return runs;
};
const warningsOf = (hyperparameters: string, more = "") => {
  const made = study(hyperparameters, more);
  return checkDesign(made, resolveRuns(made, corpus)).map(({ code }) => code);
};

function complaint(hyperparameters: string, more = ""): string {
  try {
    runsOf(hyperparameters, more);
  } catch (error) {
    if (isIsoflopError(error)) return error.message;
    throw error;
  }
  return "no complaint";
}

describe("weight decay", () => {
  it("is told to be independent of the width where a study asks for it, and the run is another", () => {
    const [plain, independent] = ["{}", "{ independentWeightDecay: true }"].map((choices) => runsOf(choices)[0]!);
    expect(plain!.optimizer).not.toHaveProperty("independentWeightDecay");
    expect(independent!.optimizer).toEqual({ ...plain!.optimizer, independentWeightDecay: true });
    expect(independent!.id).not.toBe(plain!.id);
    expect(runsOf("{ independentWeightDecay: false }")[0]!.id).toBe(plain!.id);
  });
});

describe("schedules", () => {
  it("cosine is as long as the run, falls to a tenth and warms up for a twentieth", () => {
    for (const { schedule, steps } of runsOf("{}")) {
      expect(schedule).toEqual({
        kind: "cosine",
        lengthSteps: steps,
        warmupSteps: Math.max(1, Math.round(steps / 20)),
        floor: 0.1,
      });
    }
    expect(warningsOf("{}")).not.toContain("schedule-mismatch");
  });

  it("wsd decays in the last fifth as 1 - sqrt to zero, or as told", () => {
    for (const { schedule, steps } of runsOf("{ schedule: wsd }")) {
      expect(schedule).toMatchObject({ kind: "wsd", decaySteps: Math.round(steps / 5), decay: "sqrt", floor: 0 });
    }
    const [run] = runsOf("{ schedule: wsd, decay: 10%, decayForm: linear, floor: 5% }");
    expect(run?.schedule).toMatchObject({
      decaySteps: Math.round((run?.steps ?? 0) / 10),
      decay: "linear",
      floor: 0.05,
    });
  });

  it("wsd's decay gives way where a fixed warm-up leaves too little", () => {
    for (const { schedule, steps } of runsOf("{ schedule: wsd, decay: 90%, warmup: 300 steps }")) {
      if (schedule.kind !== "wsd") throw new Error("not wsd");
      expect(schedule.warmupSteps + schedule.decaySteps).toBeLessThanOrEqual(steps);
      expect(schedule.warmupSteps).toBe(300);
    }
  });

  it("kaplan has one length and one warm-up for all runs, in tokens, and warns of the mismatch", () => {
    const runs = runsOf("{ schedule: kaplan, batch: 256 }");
    const longest = Math.max(...runs.map(({ steps }) => steps));
    for (const { schedule } of runs) {
      if (schedule.kind !== "cosine") throw new Error("not a cosine");
      expect(Math.abs(schedule.lengthSteps - longest)).toBeLessThanOrEqual(1);
      expect(schedule.warmupSteps).toBe(Math.round(0.012 * schedule.lengthSteps));
      expect(schedule.floor).toBe(0);
    }
    const codes = warningsOf("{ schedule: kaplan, batch: 256 }");
    expect(codes.filter((code) => code === "schedule-mismatch")).toHaveLength(1);
    const stated = runsOf("{ schedule: kaplan, length: 2M tokens, warmup: 50k tokens }");
    for (const { schedule, batch } of stated) {
      expect(schedule).toMatchObject({
        lengthSteps: Math.round(2e6 / batch.tokens),
        warmupSteps: Math.round(5e4 / batch.tokens),
      });
    }
  });

  it("warns of runs that outlive their schedule and of warm-ups that take a run over", () => {
    expect(warningsOf("{ schedule: kaplan, length: 100 steps }")).toContain("schedule-outlived");
    expect(warningsOf("{ warmup: 1000 steps }")).toContain("long-warmup");
    expect(warningsOf("{ warmup: 1% }")).not.toContain("long-warmup");
  });

  it.each([
    ["{ decay: 10% }", /study\.yaml:4:\d+: hyperparameters\.decay: belongs to schedule: wsd, and this is cosine/],
    ["{ schedule: wsd, length: 100 steps }", /:4:\d+: hyperparameters\.length: belongs to schedule: kaplan/],
    [
      "{ warmup: 100 }",
      /:4:\d+: hyperparameters\.warmup: must be a part of the steps, below 1, or a length such as 100 steps/,
    ],
    ["{ warmup: 100 potatoes }", /hyperparameters\.warmup: expected auto, a part/],
    ["{ schedule: kaplan, length: 0 steps }", /hyperparameters\.length: must be greater than 0/],
    ["{ schedule: wsd, warmup: 50%, decay: 50% }", /hyperparameters\.decay: leaves nothing between/],
  ])("%s is refused with its line", (hyperparameters, message) => {
    expect(complaint(hyperparameters)).toMatch(message);
  });
});

describe("batches", () => {
  it("are computed whole unless told otherwise, in parts that divide them", () => {
    for (const { batch } of runsOf("{ batch: 1024 }")) expect(batch.microSequences).toBe(batch.sequences);
    for (const { batch } of runsOf("{ batch: 1024, microBatch: 448 }")) expect(batch.microSequences).toBe(4);
    for (const { batch } of runsOf("{ batch: 1024, microBatch: 1 }")) expect(batch.microSequences).toBe(1);
  });

  it("are cut only where a run's share of the memory asks for it", () => {
    const made = study("{ batch: 4096 }");
    const [run] = resolveRuns(made, corpus);
    if (run === undefined) throw new Error("no runs");
    const whole = run.batch;
    expect(whole.microSequences).toBe(64);
    const { total } = trainingMemory(run);
    expect(memoryTest(run.shape, made, total)(whole)).toBe(true);
    expect(memoryTest(run.shape, made, total - 1)(whole)).toBe(false);
    expect(memoryTest(run.shape, made, total - 1)({ ...whole, microSequences: 8 })).toBe(true);
    const remote = study("{}", "trainer: { command: [train] }");
    expect(memoryTest(run.shape, remote, 10)(whole)).toBe(true);
    const request = { context: 64, tokens: 1e6, longestTokens: 1e6 };
    const partOf = (fits: (batch: typeof whole) => boolean) =>
      resolveTraining({ ...request, fits }, made.hyperparameters, unsweptChoices(made)).batch.microSequences;
    expect(partOf(({ microSequences }) => microSequences <= 20)).toBe(16);
    expect(partOf(() => false)).toBe(1);
  });

  it("are let pass without a graph only where any graph would fit", () => {
    for (const family of ["compact", "gpt2", "llama"]) {
      const text = `name: x\ndata: { corpus: y }\ndesign: { kind: isoflop, budgets: [1e12], shapes: { family: ${family} } }\nhyperparameters: { batch: 8192 }`;
      const made = parseStudy(text, "s");
      for (const run of resolveRuns(made, corpus)) {
        const { total } = trainingMemory(run);
        expect(memoryTest(run.shape, made, total - 1)(run.batch)).toBe(false);
      }
    }
  });

  it.each([
    [12, 5, 4],
    [12, 12, 12],
    [12, Number.POSITIVE_INFINITY, 12],
    [7, 6, 1],
    [7, 0, 1],
  ])("the largest divisor of %d up to %d is %d", (count, limit, divisor) => {
    expect(largestDivisor(count, limit)).toBe(divisor);
  });
});

describe("evaluation", () => {
  it("passes early stopping on, and refuses it without validation losses along the run", () => {
    const [run] = runsOf("{}", "evaluation: { everySteps: 20, earlyStopping: { patience: 3 } }");
    expect(run?.evaluation).toMatchObject({ everySteps: 20, earlyStopping: { patience: 3, minimumDecrease: 0 } });
    expect(complaint("{}", "evaluation: { earlyStopping: { patience: 3 } }")).toMatch(
      /study\.yaml:5:\d+: evaluation\.earlyStopping: needs validation losses along the run/,
    );
  });

  it("measures gradient noise from parts that divide the batch, and not where a batch is one sequence", () => {
    for (const { gradientNoise } of runsOf("{ batch: 1024 }", "evaluation: { gradientNoise: {} }")) {
      expect(gradientNoise).toEqual({ everySteps: 10, sequences: 2 });
    }
    const noise = "evaluation: { gradientNoise: { everySteps: 5, sequences: 4 } }";
    for (const { gradientNoise } of runsOf("{ batch: 1024 }", noise)) {
      expect(gradientNoise).toEqual({ everySteps: 5, sequences: 4 });
    }
    for (const run of runsOf("{ batch: 64 }", noise)) expect(run.gradientNoise).toBeUndefined();
    expect(warningsOf("{ batch: 64 }", noise)).toContain("noise-unmeasured");
    expect(complaint("{ batch: 320 }", noise)).toMatch(/sequences: 4 does not cut them into equal parts/);
  });
});
