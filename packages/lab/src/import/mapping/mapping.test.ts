import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "@isoflop/laws";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { settler } from "../settle/settle.js";
import { chooseMapping } from "./choose.js";
import { readMapping, shippedMappings } from "./load.js";
import { firstMatch, mappedName } from "./name.js";

/** Names and settings as each program logs them (the mapping's sources say where they were read), with planted values. */
const LOGGED: Readonly<
  Record<string, { config: Record<string, unknown>; series: Record<string, number>; expected: Record<string, unknown> }>
> = {
  olmo: {
    config: {
      model: {
        d_model: 64,
        n_heads: 4,
        n_layers: 2,
        mlp_ratio: 8,
        embedding_size: 512,
        weight_tying: true,
        include_bias: false,
      },
    },
    series: {
      "train/CrossEntropyLoss": 3,
      "throughput/total_tokens": 1e9,
      "throughput/total_training_Gflops": 1e6,
      "eval/c4_en-validation/CrossEntropyLoss": 3.1,
      "eval/downstream/piqa_len_norm": 0.6,
    },
    // Attention 4 d^2; gate and value together 8 d wide, so 3 matrices of 4 d; two gains a layer and one at the end.
    expected: { parameters: 2 * (4 * 64 ** 2 + 3 * 64 * 256 + 2 * 64) + 64 + 512 * 64, tokens: 1e9, loss: 3.1 },
  },
  levanter: {
    config: { trainer: { train_batch_size: 8 }, parameter_count: 123456 },
    series: { "train/loss": 3, "eval/loss": 3.2, "throughput/total_tokens": 5e8, "throughput/total_gflops": 1e6 },
    expected: { parameters: 123456, tokens: 5e8, loss: 3.2, counted: "total" },
  },
  lingua: {
    config: { model: { dim: 64, n_layers: 2, n_heads: 4, multiple_of: 32, vocab_size: 512, weight_tying: false } },
    series: { "loss/out": 2.5, "optim/total_tokens": 7e8, "optim/lr": 1e-3 },
    // int(2 * 4 * 64 / 3) = 170, up to 192.
    expected: { parameters: 2 * (4 * 64 ** 2 + 3 * 64 * 192 + 2 * 64) + 64 + 2 * 512 * 64, tokens: 7e8, loss: 2.5 },
  },
  torchtitan: {
    config: { n_params: 1e6, training: { seq_len: 2048 } },
    series: { "loss_metrics/global_avg_loss": 3, "validation_metrics/loss": 3.3, n_tokens_seen: 2e8 },
    expected: { parameters: 1e6, tokens: 2e8, loss: 3.3 },
  },
  nanochat: {
    config: { depth: 12, total_batch_size: 524288, n_params: 1e8 },
    series: { "train/loss": 3, "val/bpb": 0.9, total_training_flops: 1e18 },
    expected: { parameters: 1e8, tokens: 524288 * 100, loss: 0.9, lossUnit: "bits per byte" },
  },
  isoflop: {
    config: { "flopsPerToken.6N": 6e8, "parameters.total": 1e8, "parameters.block": 9e7, "batch.tokens": 1000 },
    series: { "train/loss": 3, "val/loss": 3.5, tokens: 1e5, flops: 6e13 },
    expected: { parameters: 1e8, tokens: 1e5, loss: 3.5, counted: "total" },
  },
};

describe("the mappings that come along", () => {
  it("name where their names were read, and the last one takes any run", () => {
    expect(shippedMappings().at(-1)?.recognise).toBeUndefined();
    for (const { name, sources, recognise } of shippedMappings().slice(0, -1)) {
      expect({ name, recognise }).toEqual({ name, recognise: expect.anything() });
      if (name !== "isoflop") expect(sources.join("\n")).toMatch(/https:\/\/github\.com\/\S+/);
    }
  });

  it.each(Object.entries(LOGGED))(
    "%s: knows its runs, and finds N, D and the loss",
    (name, { config, series, expected }) => {
      const { add, settle } = settler({
        mappings: shippedMappings(),
        columns: {},
        rule: { kind: "last" },
        counting: "6N",
      });
      for (const [key, value] of Object.entries(series)) add({ key, step: 100, value });
      const { mapping, outcome } = settle({ config, summary: {} });
      expect(mapping).toBe(name);
      expect(outcome).toMatchObject({ record: expected });
    },
  );

  it("are chosen by every mark that they name", () => {
    const of = (series: string[], settings: string[] = []) => chooseMapping(shippedMappings(), settings, series).name;
    expect(of(["train/loss", "throughput/total_tokens"])).toBe("levanter");
    expect(of(["train/loss"])).toBe("by-names");
    expect(of(["loss"], ["trainer_state"])).toBe("hugging-face");
    expect(of(["train/loss"], ["model_type"])).toBe("hugging-face");
    expect(of(["train/other"], ["model_type"])).toBe("by-names");
  });
});

it("a program's run whose N is logged by a script of one's own has that N, whose count is then not said", () => {
  const of = (settings: string[]) =>
    chooseMapping(shippedMappings(), settings, ["train/loss", "throughput/total_tokens"]);
  expect(of(["parameter_count"])).toMatchObject({
    config: { parameters: ["parameter_count"] },
    counted: { parameters: "total" },
  });
  const other = of(["n_params"]);
  expect(other.config.parameters).toContain("n_params");
  expect(other.counted).toBe(undefined);
});

describe("names", () => {
  it("with stars take what any words between their parts make of them, and nothing else", () => {
    const random = createRandom(11);
    const word = (letters: string, most: number) =>
      Array.from({ length: Math.floor(random.uniform() * (most + 1)) }, () =>
        letters.charAt(Math.floor(random.uniform() * letters.length)),
      ).join("");
    let [taken, left] = [0, 0];
    for (let i = 0; i < 5000; i++) {
      const [pattern, key] = [`${word("ab*", 3)}*${word("ab*", 3)}`, word("ab", 7)];
      const expected = new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(key);
      expect({ pattern, key, is: mappedName(pattern).matches(key) }).toEqual({ pattern, key, is: expected });
      if (expected) taken++;
      else left++;
    }
    expect(Math.min(taken, left)).toBeGreaterThan(500);
  });

  it("of thirty stars are soon looked for in keys of any length, and blanks before a factor in a long name", () => {
    const key = "a".repeat(100_000);
    expect(mappedName(`${"*a".repeat(30)}*b`).matches(key)).toBe(false);
    expect(mappedName(`${"*a".repeat(30)}*`).matches(key)).toBe(true);
    expect(mappedName(`a${" ".repeat(100_000)}*x`).scale).toBe(1);
    expect(mappedName(`a${" ".repeat(100_000)}* 1e3`)).toMatchObject({ exact: "a", scale: 1000 });
  });

  it("may have stars and factors, and are literal otherwise", () => {
    expect(mappedName("a/*/loss").matches("a/b/c/loss")).toBe(true);
    expect(mappedName("a.b").matches("axb")).toBe(false);
    expect(mappedName("gflops*1e9")).toMatchObject({ exact: "gflops", scale: 1e9 });
    expect(firstMatch(["x", "eval/*/loss"], ["eval/z/loss", "eval/a/loss"])).toEqual({
      key: "eval/a/loss",
      scale: 1,
      others: ["eval/z/loss"],
    });
    expect(firstMatch(["x"], ["y"])).toBeUndefined();
  });
});

describe("a mapping of one's own", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "isoflop-mapping-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const read = async (text: string) => {
    await writeFile(join(folder, "mine.json"), text);
    return readMapping(join(folder, "mine.json"));
  };
  const start = '{"name":"m","sources":["s"],"config":{}';

  it("may begin with a byte order mark, as Windows writes it", async () => {
    expect(await read(`\uFEFF${start},"series":{"tokens":["seen*1e9"]}}`)).toMatchObject({ name: "m" });
  });

  it.each([
    [
      "nested deeper than any stack",
      `{"name":"m","sources":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
      /sources\[0\]/,
    ],
    [
      "a family nested so",
      `${start},"series":{},"families":${'{"key":'.repeat(50_000)}1${"}".repeat(50_000)}}`,
      /families/,
    ],
    ["keys of the prototype", `${start},"series":{},"__proto__":{"x":1}}`, /__proto__/],
    ["a key that is none", `${start},"series":{"constructor":["x"]}}`, /constructor/],
    ["10,000 of them", `${start},"series":{${Array.from({ length: 1e4 }, (_, i) => `"x${i}":["a"]`).join()}}}`, /x1/],
    ["signs for a terminal", `${start},"series":{},"\\u001b[31m\\nred":1}`, /\[31m red/],
    [
      "a factor that is no number",
      `${start},"series":{"tokens":["seen*1.2.3"]}}`,
      /factor is no number above 0.*tokens/,
    ],
    ["a factor of nothing", `${start},"series":{"tokens":["seen*0"]}}`, /factor is no number above 0/],
    ["nothing", "", /no mapping/],
    ["signs where JSON is wanted", "\u001b[31m\u0007", /no mapping/],
  ])("is refused for %s, with what is wrong in one short line", async (_, text, message) => {
    const error = await read(text).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "mapping-invalid", exitCode: 2, message: expect.stringMatching(message) });
    expect((error as Error).message.length).toBeLessThan(700);
    expect((error as Error).message).not.toMatch(/\p{Cc}/u);
  });
});
