import { nearest } from "@isoflop/laws/observations";
import { describe, expect, it } from "vitest";
import { complaint, text } from "../fixtures/studyFile.js";
import { parseStudy } from "./parse.js";
import { parseQuantity } from "./quantity.js";

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
