import { describe, expect, it } from "vitest";
import { shippedMappings } from "../mapping/load.js";
import { parseLossRule } from "./lossRule.js";
import { allSettings, settingsOf } from "./settings.js";
import { type SettleOptions, settler } from "./settle.js";
import { countShape } from "./shape.js";

const mapping = (name: string) => shippedMappings().find((candidate) => candidate.name === name)!;
const counted = (name: string, config: Record<string, unknown>) =>
  countShape(settingsOf(allSettings({ config, summary: {} }), mapping(name)));

const options = (more: Partial<SettleOptions> = {}): SettleOptions => ({
  mappings: shippedMappings(),
  columns: {},
  rule: { kind: "last" },
  counting: "6N",
  ...more,
});
type Values = Readonly<Record<string, readonly (readonly [step: number, value: number])[]>>;
function settled(config: Record<string, unknown>, series: Values, more: Partial<SettleOptions> = {}) {
  const { add, settle } = settler(options(more));
  for (const [key, points] of Object.entries(series)) for (const [step, value] of points) add({ key, step, value });
  return settle({ config, summary: {} });
}
function recordOf(result: ReturnType<typeof settled>) {
  if ("reason" in result.outcome) throw new Error(result.outcome.reason);
  return result.outcome.record;
}

describe("N counted from settings", () => {
  it("is the published number of parameters of models of four programs", () => {
    const llama = { model_type: "llama", hidden_size: 4096, num_hidden_layers: 32, num_attention_heads: 32 };
    // Llama 3 8B, with grouped queries (its card and safetensors index: 8,030,261,248).
    const llama3 = {
      ...llama,
      trainer_state: "",
      num_key_value_heads: 8,
      intermediate_size: 14336,
      vocab_size: 128256,
    };
    expect(counted("hugging-face", { ...llama3, tie_word_embeddings: false }).counted?.total).toBe(8_030_261_248);
    // GPT-2: 124,439,808; n_inner is null there.
    const gpt2 = { model_type: "gpt2", n_embd: 768, n_layer: 12, n_head: 12, vocab_size: 50257, n_positions: 1024 };
    expect(counted("hugging-face", { ...gpt2, n_inner: null }).counted?.total).toBe(124_439_808);
    // Llama 7B by its own rule for the feed-forward width, 11008: 6,738,415,616.
    const lingua = { dim: 4096, n_layers: 32, n_heads: 32, multiple_of: 256, vocab_size: 32000, weight_tying: false };
    expect(counted("lingua", { model: lingua }).counted?.total).toBe(6_738_415_616);
    // OLMo 1B: 1,176,764,416, without gains of norms, of which we count 33 of 2048.
    const olmo = { d_model: 2048, n_layers: 16, n_heads: 16, mlp_ratio: 8, embedding_size: 50304, weight_tying: true };
    const model = { ...olmo, include_bias: false };
    expect(counted("olmo", { model }).counted?.total).toBe(1_176_764_416 + 33 * 2048);
  });

  it("is not guessed where a setting that matters is missing", () => {
    const config = { n_layer: 4, n_embd: 256, n_head: 4, vocab_size: 50304, block_size: 128 };
    expect(counted("by-names", config)).toEqual({ missing: ["activation"] });
    expect(counted("by-names", { ...config, activation: "gelu", positions: "rope" })).toMatchObject({
      missing: ["tiedEmbeddings"],
      counted: { nonEmbedding: 4 * (12 * 256 ** 2 + 2 * 256) + 256 },
    });
    expect(counted("by-names", { ...config, activation: "swiglu" }).missing).toContain("feedForward");
    expect(counted("by-names", { ...config, num_experts: 8 }).missing[0]).toMatch(/mixtures of experts/);
    expect(counted("by-names", { ...config, n_head: 3.5, activation: "gelu" }).missing[0]).toMatch(/whole numbers/);
  });
});

describe("a run's record", () => {
  const losses: Values = {
    "train/loss": [1, 2, 3, 4].map((i) => [100 * i, 4 - 0.5 * i]),
    "val/loss": [
      [200, 3.2],
      [300, 2.4],
      [400, 2.6],
    ],
    tokens: [1, 2, 4].map((i) => [100 * i, 1e6 * i]),
  };

  it("takes the loss by the rule, and the tokens of that step", () => {
    const at = (rule: string) => recordOf(settled({ n_params: 1e6 }, losses, { rule: parseLossRule(rule) }));
    expect(at("last")).toMatchObject({ loss: 2.6, tokens: 4e6, flops: 6 * 1e6 * 4e6, step: 400 });
    expect(at("mean:2").loss).toBeCloseTo(2.5, 12);
    expect(at("smooth:0.5").loss).toBeCloseTo((2.6 + 0.5 * 2.4 + 0.25 * 3.2) / 1.75, 12);
    // Between two logged counts of tokens in proportion to the steps.
    expect(at("min-val")).toMatchObject({ loss: 2.4, tokens: 3e6, step: 300 });
    const chosen = settled({ n_params: 1e6 }, losses, { columns: { loss: "train/loss" } });
    expect(recordOf(chosen)).toMatchObject({ loss: 2, isTraining: true });
    expect(() => parseLossRule("mean:0")).toThrow(/cannot read "mean:0"/);
  });

  it("says which of several validation losses it took", () => {
    const last = { n_params: 1e6, tokens: 1e9 };
    const two = settled(last, { "eval/a/loss": [[1, 2]], "eval/b/loss": [[1, 3]], "train/loss": [[1, 2]] });
    expect(two.warnings.join()).toMatch(/several losses: eval\/a\/loss is taken, not eval\/b\/loss; --columns loss=/);
    expect(settled(last, { "eval/loss": [[1, 2]], "eval/ppl": [[1, 7]], loss: [[1, 2]] }).warnings.join()).not.toMatch(
      /several/,
    );
  });

  it("has its training losses as the curve, along the tokens", () => {
    const { curve } = settled({ n_params: 1e6 }, losses);
    expect(curve).toEqual([1, 2, 3, 4].map((i) => ({ progress: 1e6 * i, loss: 4 - 0.5 * i })));
  });

  it("says where each number is from, and warns where two accounts differ by more than 1 %", () => {
    const config = { n_params: 1e6, total_flops: 3e13, batch_tokens: 10_000 };
    const { outcome, warnings } = settled(config, losses);
    expect(outcome).toMatchObject({
      record: {
        origin: ["N: n_params, logged", "D: tokens at step 400", "C: 6ND", "loss: last of val/loss at step 400"],
      },
    });
    expect(warnings.join("\n")).toMatch(/total_flops says C = 30000000000000, 1\.25 times C by --counting 6N/);
    expect(warnings.join("\n")).not.toMatch(/D = /);
    const odd = settled({ ...config, batch_tokens: 10_200 }, losses);
    expect(odd.warnings.join("\n")).toMatch(
      /D = 4000000 \(tokens at step 400\), but step 400 times batch_tokens gives 4080000/,
    );
  });

  it("warns of every account that differs: other names of N, counts of the kind not taken, batches in two ways, C as series and total", () => {
    const shape = {
      n_layers: 4,
      d_model: 256,
      n_heads: 4,
      d_ff: 1024,
      vocab_size: 1000,
      tie_word_embeddings: true,
      activation: "gelu",
      positions: "rope",
      seq_len: 128,
    };
    const series: Values = { "val/loss": [[20, 3]], tokens: [[20, 2e7]] };
    const warned = (config: Record<string, unknown>, more: Values = {}) =>
      settled(config, { ...series, ...more }).warnings.join("\n");
    expect(warned(shape)).toBe("");
    expect(warned({ ...shape, n_params_total: 3_404_032, batch_tokens: 1_005_000 })).toBe("");
    expect(warned({ n_params_total: 1e6, num_params: 1.5e6 })).toMatch(
      /^N = 1000000 \(n_params_total, logged\), but num_params, logged says 1500000$/,
    );
    expect(warned({ ...shape, non_embedding_params: 5e6 })).toMatch(
      /^N \(non-embedding\) = 5000000 \(non_embedding_params, logged\), but counted from .* gives 3148000$/,
    );
    expect(warned({ ...shape, batch_tokens: 1e6, global_batch_size: 8000 })).toMatch(
      /^D = 20000000 .*, but step 20 times global_batch_size times seq_len gives 20480000$/,
    );
    const C = 6 * 3_404_032 * 2e7;
    expect(warned(shape, { flops: [[20, C]] })).toBe("");
    expect(warned({ ...shape, total_flops: 2 * C }, { flops: [[20, C]] })).toMatch(
      /^C = .* \(flops at step 20\), but total_flops gives/,
    );
    expect(warned(shape, { flops: [[20, 1.02 * C]] })).toMatch(
      /^flops at step 20 says C = .*, 1\.02 times C by --counting 6N$/,
    );
  });

  it("is told how N is counted by the shape, and refuses another count", () => {
    const shape = {
      n_layer: 4,
      n_embd: 256,
      n_head: 4,
      vocab_size: 5000,
      block_size: 8,
      activation: "gelu",
      bias: false,
    };
    const config = { ...shape, tied_embeddings: true, positions: "rope" };
    const block = 4 * (12 * 256 ** 2 + 2 * 256) + 256;
    const total = block + 5000 * 256;
    expect(recordOf(settled({ ...config, n_params: total }, losses))).toMatchObject({
      parameters: total,
      counted: "total",
    });
    const other = settled({ ...config, n_params: block }, losses, { counting: "6N-non-embedding" });
    expect(recordOf(other)).toMatchObject({ parameters: block, counted: "non-embedding" });
    // A logged count that is neither: the shape decides, and it is said.
    const neither = settled({ ...config, n_params: 2 * total }, losses);
    expect(recordOf(neither)).toMatchObject({ parameters: total });
    expect(neither.warnings.join()).toMatch(/n_params, logged says/);
    const only = settled({ non_embedding_params: block }, losses);
    expect(only.outcome).toEqual({
      reason: expect.stringMatching(/known as non-embedding only.*--counting 6N wants total/),
    });
    const kaplan = recordOf(settled(config, losses, { counting: "kaplan" }));
    expect(kaplan.flops).toBe((6 * block + 6 * 4 * 8 * 256) * 4e6);
    // Whatever it counts by, the others are kept.
    const { counts } = recordOf(settled({ ...config, n_params: total }, losses));
    expect(counts).toMatchObject({ total, nonEmbedding: block, flopsPerToken: { kaplan: kaplan.flops / 4e6 } });
    expect(recordOf(settled({ n_params: total }, losses)).counts).toEqual({});
  });

  it("is refused with the reason where it diverged, has no loss, no N or no D", () => {
    const reason = (config: Record<string, unknown>, series: Values) => {
      const { outcome } = settled(config, series);
      return "reason" in outcome ? outcome.reason : undefined;
    };
    expect(reason({ n_params: 1e6 }, { ...losses, "val/loss": [[400, Number.NaN]] })).toMatch(/diverged/);
    expect(reason({ n_params: 1e6 }, { tokens: [[1, 1]] })).toMatch(/no loss was logged/);
    expect(reason({}, losses)).toMatch(/N is not known/);
    expect(reason({ n_params: 1e6 }, { "val/loss": [[400, 2]] })).toMatch(/D is not known/);
    const between = settled(
      { n_params: 1e6 },
      {
        ...losses,
        "val/loss": [
          [100, Number.NaN],
          [400, 2],
        ],
      },
    );
    expect(recordOf(between).loss).toBe(2);
    expect(between.warnings.join()).toMatch(/1 values of val\/loss are NaN or infinite/);
  });

  it("keeps what a resumed run logged anew, and not what it had before", () => {
    const { outcome, warnings } = settled(
      { n_params: 1e6 },
      {
        "val/loss": [
          [100, 3],
          [200, 2.5],
          [300, 2.4],
          [150, 2.8],
          [250, 2.45],
        ],
        tokens: [
          [100, 1e6],
          [300, 3e6],
          [150, 1.5e6],
          [250, 2.5e6],
        ],
      },
    );
    expect(outcome).toMatchObject({ record: { loss: 2.45, step: 250, tokens: 2.5e6 } });
    expect(warnings.join()).toMatch(/goes back in its steps 1 times/);
  });
});
