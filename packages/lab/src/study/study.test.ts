import { isIsoflopError } from "@isoflop/laws";
import { nearest } from "@isoflop/laws/observations";
import { type Corpus, trainingMemory } from "@isoflop/trainer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { corpus } from "../fixtures/corpus.js";
import { checkDesign } from "./check.js";
import { isoflopProfiles } from "./designs/isoflop.js";
import { canonicalJson, runId } from "./identity.js";
import { memoryTest } from "./memory.js";
import { parseStudy } from "./parse.js";
import { parseQuantity } from "./quantity.js";
import { resolveRuns } from "./resolve.js";
import { studyTemplate } from "./template.js";

/** A study file of this test's own: lines and columns below are those of this text. */
const text = `name: mine
data:
  corpus: "texts"
design:
  kind: isoflop
  budgets: [3e10, 6e10, 1.2e11, 2.4e11, 6e11]
  sizes: 7
  span: 8
  centre: { tokensPerParameter: 20, exponent: 0.5 }
  shapes: { aspect: 32, layers: auto, context: 128 }
hyperparameters:
  batch: 1024
  lr: auto
  schedule: cosine
holdout: { budgets: [2e12] }
executor: { kind: local, workers: auto, threads: 1 }
`;
const study = parseStudy(text, "study.yaml");

/** The message and code of the error that a text gives. */
function complaint(source: string): string {
  try {
    parseStudy(source, "study.yaml");
  } catch (error) {
    if (isIsoflopError(error)) return `${error.code}/${error.exitCode}: ${error.message}`;
    throw error;
  }
  return "no complaint";
}

describe("study.yaml", () => {
  it("takes numbers as people write them", () => {
    expect(["1e18", "3e21", "20PF-days", "70B", "5%", "0", "0.004"].map(parseQuantity)).toEqual([
      1e18,
      3e21,
      20 * 8.64e19,
      70e9,
      0.05,
      0,
      0.004,
    ]);
    for (const wrong of ["", "many", "70 bananas", "%", "1e999"]) expect(parseQuantity(wrong)).toBeUndefined();
  });

  it("needs a name, a corpus and budgets only", () => {
    const small = parseStudy(
      "name: a\ndata: { corpus: x.txt }\ndesign: { kind: isoflop, budgets: [1e10, 1e11, 1e12] }",
      "s",
    );
    expect(small.design).toMatchObject({
      sizes: 7,
      seeds: 1,
      span: 8,
      centre: { tokensPerParameter: 20, exponent: 0.5 },
    });
    expect(small.executor).toEqual({
      kind: "local",
      workers: "auto",
      threads: 1,
      device: "cpu",
      precision: "float32",
    });
  });

  const cases: [string, string, string, RegExp][] = [
    [
      "a misspelt key",
      "budgets:",
      "budgetz:",
      /study\.yaml:6:3: unknown key budgetz in design; did you mean budgets\? Allowed: kind, budgets/,
    ],
    [
      "a misspelt nested key",
      "aspect: 32",
      "aspekt: 32",
      /study\.yaml:10:13: unknown key aspekt in design\.shapes; did you mean aspect\?/,
    ],
    [
      "a misspelt choice",
      "schedule: cosine",
      "schedule: cosin",
      /:14:13: hyperparameters\.schedule must be one of cosine, constant, wsd, kaplan \(found "cosin"\); did you mean cosine\?/,
    ],
    [
      "a number that is none",
      "lr: auto",
      "lr: fast",
      /:13:7: hyperparameters\.lr: expected auto, rule, sweep or a learning rate.*fast/,
    ],
    ["a budget that is none", "3e10,", "loads,", /:6:13: design\.budgets\[0\]: expected a number such as 1e18.*loads/],
    [
      "a negative budget",
      "3e10,",
      "-3e10,",
      /:6:13: design\.budgets\[0\]: must be greater than 0 \(found -30000000000\)/,
    ],
    ["too few sizes", "sizes: 7", "sizes: 2", /:7:10: design\.sizes: must be at least 3/],
    [
      "a tokenizer that is none",
      'corpus: "texts"',
      'corpus: "texts"\n  tokenizer: gpt2',
      /:4:14: data\.tokenizer: expected bytes, \{ bpe: <size of the vocabulary> \} or the path of a tokenizer\.json \(found "gpt2"\)/,
    ],
    [
      "a vocabulary too small for the bytes",
      'corpus: "texts"',
      'corpus: "texts"\n  tokenizer: { bpe: 256 }',
      /:4:21: data\.tokenizer\.bpe: must be from 258 to 1048576 \(found 256\)/,
    ],
    [
      "a misspelt key of a tokenizer",
      'corpus: "texts"',
      'corpus: "texts"\n  tokenizer: { file: t.json, endofText: x }',
      /:4:30: unknown key endofText in data\.tokenizer; did you mean endOfText\?/,
    ],
    [
      "too large a part held out",
      'corpus: "texts"',
      'corpus: "texts"\n  validation: 60%',
      /:4:15: data\.validation: must be above 0 and at most 50%/,
    ],
    [
      "a validation set with a name that is no file's",
      'corpus: "texts"',
      'corpus: "texts"\n  validationSets: { "../a": b.txt }',
      /:4:21: the key data\.validationSets\.\.\.\/a: may hold letters, digits/,
    ],
    [
      "a word for yes or no",
      'corpus: "texts"',
      'corpus: "texts"\n  repeat: often',
      /:4:11: data\.repeat: expected boolean.*\(found "often"\)/,
    ],
    ["a missing part", 'corpus: "texts"', "validation: 5%", /:3:3: data\.corpus is missing/],
    [
      "a misspelt kind of design",
      "kind: isoflop",
      "kind: isoflob",
      /:5:9: design\.kind must be one of isoflop, envelope, ladder, kaplan, epochs, grid, runs \(found "isoflob"\); did you mean isoflop\?/,
    ],
    [
      "a design without a kind",
      "  kind: isoflop\n",
      "",
      /:5:3: design\.kind is missing: one of isoflop, envelope, ladder/,
    ],
    [
      "a key of another kind of design",
      "kind: isoflop",
      "kind: grid",
      /:6:3: unknown key budgets in design\. Allowed: kind, sizes, tokens, seeds, shapes, also\./,
    ],
    [
      "a precision that the built-in trainer has not",
      "threads: 1 }",
      "precision: bfloat16 }",
      /:16:52: executor\.precision: the built-in trainer computes in float32; bfloat16 needs trainer/,
    ],
    [
      "an accelerator that is none",
      "executor:",
      "hardware: { accelerator: 8xH10 }\nexecutor:",
      /:16:26: hardware\.accelerator: the accelerator "H10" in "8xH10" is not in the table\. Known: V100/,
    ],
    [
      "a missing trainer command",
      "executor:",
      "trainer: { comand: [a] }\nexecutor:",
      /unknown key comand in trainer; did you mean command\?/,
    ],
  ];
  it.each(cases)("%s is refused with its line, column and remedy", (_, from, to, message) => {
    expect(text).toContain(from);
    const said = complaint(text.replace(from, to));
    expect(said).toMatch(/^study-invalid\/2: /);
    expect(said).toMatch(message);
  });

  it("tells all mistakes at once", () => {
    const said = complaint(text.replace("sizes: 7", "sizes: x").replace("lr: auto", "lr: y"));
    expect(said.split("\n")).toHaveLength(2);
  });

  it("that is no YAML is refused with its place", () => {
    expect(complaint("name: [a\ndata: }")).toMatch(/^study-syntax\/2: study\.yaml:\d+:\d+: this is not YAML/);
    expect(complaint("")).toMatch(/study-invalid/);
    expect(complaint("a: 1\na: 2")).toMatch(/study-syntax/);
  });

  it("cannot fill the memory: aliases, seeds and sizes have limits", () => {
    const bomb = Array.from({ length: 9 }, (_, i) => `a${i}: &a${i} [${Array(9).fill(i === 0 ? "1" : `*a${i - 1}`)}]`);
    const head = "name: x\ndata: { corpus: y }\n";
    const cases: [string, RegExp][] = [
      [bomb.join("\n"), /^f: excessive alias count/],
      ["name: *nobody", /^f: unresolved alias/],
      [
        `${head}design: { kind: isoflop, budgets: [1e10], seeds: 1e8 }`,
        /^f:3:\d+: design\.seeds: must be at most 1000/,
      ],
      [
        `${head}design: { kind: isoflop, budgets: [1e10], sizes: 1e9 }`,
        /^f:3:\d+: design\.sizes: must be at most 1000/,
      ],
    ];
    for (const [yaml, message] of cases) expect(() => parseStudy(yaml, "f")).toThrow(message);
  });

  it("is told its mistakes from top to bottom, a doubled key and a second document by name", () => {
    expect(() => parseStudy("name: x\nname: y", "f")).toThrow("f:2:1: this key is there twice.");
    expect(() => parseStudy("name: x\n---\nname: y", "f")).toThrow(/^f:2:1: a second document/);
    const wrong = "zzz: 1\nname: 5\ndata: { corpus: 7 }\ndesign: { kind: isoflop, budgets: [-1] }\nfoo: 2";
    const message = complaint(wrong);
    const lines = [...message.matchAll(/study\.yaml:(\d+):/g)].map(([, line]) => Number(line));
    expect(lines).toEqual([1, 2, 3, 4, 5]);
    expect(message).toMatch(/unknown key foo\. Allowed:/);
    expect(message).toMatch(/name: expected string/);
  });

  it("bounds the threads of a run", () => {
    const head = "name: x\ndata: { corpus: y }\n";
    expect(complaint(`${head}design: { kind: isoflop, budgets: [1e10] }\nexecutor: { threads: 1e5 }`)).toMatch(
      /executor\.threads: must be at most 256/,
    );
  });

  it("suggestions are near misses only", () => {
    expect(nearest("budegts", ["budgets", "sizes"])).toBe("budgets");
    expect(nearest("zzz", ["budgets", "sizes"])).toBeUndefined();
  });
});

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
  });
});

it.each(["isoflop", "envelope", "ladder", "kaplan", "epochs", "grid", "runs"] as const)(
  "the study file that init writes for %s parses, resolves and is no design that it warns of",
  (design) => {
    const made = parseStudy(studyTemplate({ name: "mine", corpus: "texts", design }), "study.yaml");
    const runs = resolveRuns(made, corpus);
    expect(made.design.kind).toBe(design);
    const warnings = checkDesign(made, runs).map(({ code }) => code);
    expect(warnings).toEqual(design === "runs" ? ["design-narrow"] : []);
  },
);

it("the study file that init writes is one that parses and resolves", () => {
  const made = parseStudy(studyTemplate({ name: "mine", corpus: "texts" }), "study.yaml");
  expect(resolveRuns(made, corpus).length).toBe(5 * 7);
});

it("canonical JSON does not depend on the order of keys", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
    }),
  );
});
