import { type Corpus, trainingMemory } from "@isoflop/trainer";
import { describe, expect, it } from "vitest";
import { corpus } from "../fixtures/corpus.js";
import { complaint, study, text } from "../fixtures/studyFile.js";
import { checkDesign } from "./check.js";
import { isoflopProfiles } from "./designs/isoflop.js";
import { runId } from "./identity.js";
import { memoryTest } from "./memory.js";
import { parseStudy } from "./parse.js";
import { resolveRuns } from "./resolve.js";

describe("resolveRuns", () => {
  const runs = resolveRuns(study, corpus);

  it("gives budgets x sizes x seeds runs with distinct ids, each near its budget", () => {
    expect(runs).toHaveLength(5 * 7);
    expect(new Set(runs.map((run) => run.id)).size).toBe(runs.length);
    for (const run of runs) {
      expect(run.tokens).toBe(run.steps * run.batch.tokens);
      // Half a batch is the most that rounding can add or take.
      expect(Math.abs(run.tokens * run.flopsPerToken["6N"] - (run.budget ?? 0))).toBeLessThanOrEqual(
        (run.batch.tokens / 2) * run.flopsPerToken["6N"] * 1.0001,
      );
    }
  });

  it("is deterministic, and its ids do not depend on where the cache lies", () => {
    const moved = resolveRuns(parseStudy(text, "elsewhere"), { ...corpus, folder: "/other" });
    expect(moved.map((run) => run.id)).toEqual(runs.map((run) => run.id));
    const other = resolveRuns(study, { ...corpus, corpusHash: "d".repeat(64) });
    expect(other.map((run) => run.id)).not.toContain(runs[0]?.id);
  });

  it("gives every field that determines the numbers a say in the id", () => {
    const [run] = runs;
    if (run === undefined) throw new Error("no runs");
    expect(runId(run)).toBe(run.id);
    const logging = { tensorboard: true };
    expect(runId({ ...run, name: "x", versions: {}, checkpoint: { everySteps: 1 }, logging })).toBe(run.id);
    for (const changed of [
      { ...run, seed: 1 },
      { ...run, steps: run.steps + 1 },
      { ...run, optimizer: { ...run.optimizer, learningRate: 0.005 } },
      { ...run, shape: { ...run.shape, width: 999 } },
      { ...run, data: { ...run.data, corpusHash: "e" } },
    ]) {
      expect(runId(changed)).not.toBe(run.id);
    }
  });

  it("counts the gradients that measuring the noise keeps, when it asks whether a batch fits", () => {
    const [run] = runs;
    if (run === undefined) throw new Error("no runs");
    const batch = { sequences: 8, tokens: 1024, microSequences: 8 };
    const bare = trainingMemory({ ...run, batch }).total;
    const noisy = parseStudy(`${text}evaluation: { gradientNoise: {} }\n`, "s");
    // The batch fits to the byte; with a second set of gradients it does not.
    expect(memoryTest(run.shape, study, bare)(batch)).toBe(true);
    expect(memoryTest(run.shape, study, bare - 1)(batch)).toBe(false);
    expect(memoryTest(run.shape, noisy, bare)(batch)).toBe(false);
    const gradientNoise = { everySteps: 10, sequences: 1 };
    expect(memoryTest(run.shape, noisy, trainingMemory({ ...run, batch, gradientNoise }).total)(batch)).toBe(true);
  });

  it("says what the runs are computed on", () => {
    expect(runs[0]!.runtime).toEqual({ threads: 1, device: "cpu", precision: "float32" });
    const elsewhere = `trainer: { command: [torchrun, "{run}"] }\n${text.replace("threads: 1 }", "threads: 2, device: cuda, precision: bfloat16 }")}`;
    for (const run of resolveRuns(parseStudy(elsewhere, "s"), corpus)) {
      expect(run.runtime).toEqual({ threads: 2, device: "cuda", precision: "bfloat16" });
    }
  });

  it("logs to TensorBoard where it is asked to, by the same runs, and not by another's trainer", () => {
    const logged = resolveRuns(parseStudy(`${text}logging: { tensorboard: true }\n`, "s"), corpus);
    expect(logged.map(({ logging, ...run }) => ({ logging, id: run.id }))).toEqual(
      runs.map(({ id }) => ({ logging: { tensorboard: true }, id })),
    );
    expect(runs.filter((run) => "logging" in run)).toEqual([]);
    expect(complaint(`${text}logging: { tensorboard: often }\n`)).toMatch(
      /:17:25: logging\.tensorboard: expected boolean/,
    );
    expect(complaint(`${text}logging: { tensorbord: true }\n`)).toMatch(/:17:12: .*did you mean tensorboard\?/);
    const others = `${text}trainer: { command: [torchrun, "{run}"] }\nlogging: { tensorboard: true }\n`;
    expect(complaint(others)).toMatch(/:18:25: logging\.tensorboard: the built-in trainer alone logs/);
  });

  it("centres every profile where the design says, with distinct sizes in order", () => {
    const profiles = isoflopProfiles(study, 256);
    for (const { budget, shapes } of profiles) {
      const sizes = shapes.map((shape) => shape.parameters);
      expect([...sizes].sort((a, b) => a - b)).toEqual(sizes);
      expect(new Set(sizes).size).toBe(sizes.length);
      // The smallest budget has only a few shapes to choose from; the others come near.
      const miss = Math.abs(Math.log((sizes[3] ?? 0) / Math.sqrt(budget / 120)));
      expect(miss).toBeLessThan(budget < 1e11 ? 0.5 : 0.35);
    }
    const explicit = parseStudy(text.replace(/centre: \{.*\}/, "centre: [20k, 30k, 40k, 60k, 100k]"), "s");
    const sizes = isoflopProfiles(explicit, 256).map(({ shapes }) => shapes[3]?.parameters ?? 0);
    for (const [i, wanted] of [20e3, 30e3, 40e3, 60e3, 100e3].entries()) {
      expect(Math.abs(Math.log((sizes[i] ?? 0) / wanted))).toBeLessThan(0.25);
    }
  });

  it("refuses more tokens than the corpus has, two equal budgets, and too short a validation text", () => {
    expect(() => resolveRuns(study, { ...corpus, trainTokens: 100_000 })).toThrow(/wants .* tokens .* has 100k/);
    expect(() => resolveRuns(study, { ...corpus, validationTokens: 100 })).toThrow(/not one sequence of 128/);
    expect(() => resolveRuns(parseStudy(text.replace("6e10,", "3e10,"), "s"), corpus)).toThrow(
      /twice for the same run/,
    );
  });

  it("lets a run repeat its text only where the study asks for it, and as much of it as it says", () => {
    const few = { ...corpus, trainTokens: 100_000 };
    const asked = (data: string, on: Corpus = few) =>
      resolveRuns(parseStudy(text.replace('"texts"', `"texts"\n${data}`), "s"), on);
    expect(new Set(asked("  repeat: true").map((run) => run.data.uniqueSequences))).toEqual(new Set([undefined]));
    const unique = asked("  uniqueTokens: 50k");
    expect(new Set(unique.map((run) => run.data.uniqueSequences))).toEqual(new Set([Math.round(50_000 / 128)]));
    expect(unique.some((run) => run.tokens > 50_000)).toBe(true);
    expect(new Set(unique.map((run) => run.id)).size).toBe(unique.length);
    expect(unique[0]?.id).not.toBe(asked("  repeat: true")[0]?.id);
    expect(() => asked("  uniqueTokens: 50k\n  repeat: false")).toThrow(/uniqueTokens allows 50k, and data\.repeat no/);
    expect(() => asked("  uniqueTokens: 200k")).toThrow(/uniqueTokens is 200k \(200000\); texts has 100k/);
    expect(() => asked("  uniqueTokens: 50")).toThrow(/not one sequence of 128/);
    // All of a corpus may be named as a limit.
    expect(asked("  uniqueTokens: 100000")[0]?.data.uniqueSequences).toBe(Math.floor(99_999 / 128));
  });

  it("tells trainers how the tokens are stored, and how many bytes they stand for", () => {
    const sets = [{ name: "code", tokens: 9000, bytesPerToken: 3.1 }];
    const bpe: Corpus = {
      ...corpus,
      tokenizer: "bpe-4096",
      vocabulary: 4096,
      tokenBytes: 2,
      validationBytesPerToken: 4.3,
      validationSets: sets,
    };
    const [run] = resolveRuns(study, bpe);
    expect(run?.shape.vocabulary).toBe(4096);
    expect(run?.data).toMatchObject({ tokenBytes: 2, validationBytesPerToken: 4.3, validationSets: sets });
    const small = { ...bpe, validationSets: [{ name: "code", tokens: 100, bytesPerToken: 3 }] };
    expect(() => resolveRuns(study, small)).toThrow(/validation set code has 100 tokens: not one sequence of 128/);
  });

  it("asks for as many windows of a large validation set as of any, however small the held-out text", () => {
    const sequences = (validationTokens: number, ...sets: number[]) => {
      const validationSets = sets.map((tokens, i) => ({ name: `set${i}`, tokens, bytesPerToken: 1 }));
      return resolveRuns(study, { ...corpus, validationTokens, validationSets })[0]?.evaluation.sequences;
    };
    expect(sequences(50 * 128 + 1)).toBe(50);
    expect(sequences(50 * 128 + 1, 20 * 128 + 1)).toBe(50);
    expect(sequences(50 * 128 + 1, 20 * 128 + 1, 900 * 128 + 1)).toBe(900);
    expect(sequences(50 * 128 + 1, 5000 * 128 + 1)).toBe(1024);
  });

  it("reads a tokenizer and a validation text by their paths", () => {
    const data = '"texts"\n  tokenizer: ../tokenizer.json\n  validation: held/*.jsonl\n  field: body';
    expect(parseStudy(text.replace('"texts"', data), "s").data).toMatchObject({
      tokenizer: { file: "../tokenizer.json" },
      validation: "held/*.jsonl",
      field: "body",
    });
    expect(study.data).toMatchObject({ tokenizer: "bytes", validation: 0.05, field: "text", validationSets: {} });
  });

  it.each([
    ["a budget of 1e300", "budgets: [3e10", "budgets: [1e300"],
    ["heads that divide no width", "aspect: 32", "heads: 1e9, aspect: 32"],
  ])("refuses %s instead of looking for shapes for ever", (_, from, to) => {
    const wild = parseStudy(text.replace(from, to), "s");
    expect(() => resolveRuns(wild, corpus)).toThrow(/no width up to 65536/);
  });

  it("warns of what weakens the answer", () => {
    const codes = (source: string) => {
      const changed = parseStudy(source, "s");
      return checkDesign(changed, resolveRuns(changed, corpus)).map((warning) => warning.code);
    };
    expect(codes(text.replace(/budgets: \[3e10.*\]/, "budgets: [3e10, 4e10, 6e10]"))).toContain("design-narrow");
    expect(codes(text.replace(/budgets: \[3e10.*\]/, "budgets: [3e10, 4e11]"))).toContain("design-few-budgets");
    expect(codes(text.replace("budgets: [2e12]", "budgets: [7e11]"))).toContain("holdout-near");
    expect(codes(text.replace("batch: 1024", "batch: 65536"))).toContain("design-few-steps");
    const patient = `${text}evaluation: { everySteps: 10, earlyStopping: { patience: 3 } }\n`;
    expect(codes(patient)).toContain("early-stopping-budgets");
    expect(codes(text)).not.toContain("early-stopping-budgets");
  });
});
