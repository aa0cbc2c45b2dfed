import { describe, expect, it } from "vitest";
import { ALIASES, splitUnit } from "./aliases.js";
import { countedParameters, mapColumns } from "./columns.js";
import { FIELDS, type Field } from "./fields.js";

const map = (...columns: string[]) => {
  const { uses, notices } = mapColumns(columns, {}, "t.csv");
  const shown = Object.fromEntries(
    Object.entries(uses).map(([field, { column, scale }]) => [field, scale === 1 ? column : `${column}*${scale}`]),
  ) as Partial<Record<Field, string>>;
  return { ...shown, notices };
};

describe("columns of published tables and loggers", () => {
  it("are known by the names in use", () => {
    const cases: [string[], Partial<Record<Field, string>>][] = [
      [["Model Size", "Training FLOP", "loss"], { parameters: "Model Size", flops: "Training FLOP", loss: "loss" }],
      [["params_B", "tokens_B", "c4 val loss"], { parameters: "params_B*1000000000", tokens: "tokens_B*1000000000" }],
      [["N (B)", "D (billions)", "final_loss"], { parameters: "N (B)*1000000000", tokens: "D (billions)*1000000000" }],
      [
        ["N [M]", "Training tokens (T)", "nll"],
        { parameters: "N [M]*1000000", tokens: "Training tokens (T)*1000000000000" },
      ],
      [["n_params", "pf_days", "lm_loss"], { flops: "pf_days*86400000000000000000" }],
      [["n_params", "Compute (PF-days)", "xent"], { flops: "Compute (PF-days)*86400000000000000000" }],
      [["n_params", "C (1e21)", "loss"], { flops: `C (1e21)*${1e21}` }],
      [
        ["nParamsM", "trainTokens", "valLoss"],
        { parameters: "nParamsM*1000000", tokens: "trainTokens", loss: "valLoss" },
      ],
      [
        ["_step", "_runtime", "config.n_params", "train/tokens", "train/loss", "val/loss"],
        {
          parameters: "config.n_params",
          tokens: "train/tokens",
          loss: "val/loss",
          trainLoss: "train/loss",
          step: "_step",
        },
      ],
      [
        ["params", "tokens_total", "tokens_unique", "val_loss"],
        { tokens: "tokens_total", uniqueTokens: "tokens_unique" },
      ],
      [["total_params", "non_embedding_params", "tokens", "loss"], { parameters: "total_params" }],
      [["params", "tokens", "val_bits_per_token"], { loss: `val_bits_per_token*${Math.LN2}` }],
    ];
    for (const [columns, expected] of cases) expect(map(...columns)).toMatchObject(expected);
  });

  it("prefer a loss on held-out text, and no column about the loss", () => {
    const cases: [string[], string, string | undefined][] = [
      [["loss", "val_loss"], "val_loss", "loss"],
      [["train_loss", "eval/loss"], "eval/loss", "train_loss"],
      [["loss_std", "loss"], "loss", undefined],
      [["z_loss", "aux loss", "ce_loss"], "ce_loss", undefined],
      [["perplexity", "validation loss"], "validation loss", undefined],
      [["train_loss", "c4_val_loss", "pile_val_loss"], "c4_val_loss", "train_loss"],
      [["summary.val.loss", "summary.train.loss"], "summary.val.loss", "summary.train.loss"],
      [["ppl"], "ppl", undefined],
      [["bpb", "loss"], "loss", undefined],
      [["loss_split", "loss"], "loss", undefined],
    ];
    for (const [losses, loss, trainLoss] of cases) {
      const found = map("N", "D", ...losses);
      expect({ losses, loss: found.loss, trainLoss: found.trainLoss }).toEqual({ losses, loss, trainLoss });
    }
    expect(mapColumns(["N", "D", "val_loss", "test_loss"], {}, "t").columns).toBe(
      "N = N, D = D, loss = val_loss (also there: test_loss)",
    );
    expect(() => map("N", "D", "loss_std", "max_loss")).toThrow(/no column of losses/);
  });

  it("say what the loss is, where it is no held-out loss in nats per token", () => {
    expect(map("N", "D", "train_loss").notices.join()).toMatch(/The only loss is train_loss/);
    expect(map("N", "D", "val_bpb").notices.join()).toMatch(/in bits per byte, and is left so/);
    expect(map("N", "D", "ppl").notices.join()).toMatch(/loss = ln\(ppl\)/);
    expect(map("N", "D", "val_loss", "train_loss").notices).toEqual([]);
  });

  it("take units from a name only where it states one", () => {
    for (const name of ["d_m", "d_model", "n_b", "team_b_", "params_group", "size (MB)", "constructor_b"]) {
      const unit = splitUnit(name);
      const means = unit !== undefined && FIELDS.some((field) => ALIASES[field].includes(unit.base));
      expect({ name, means }).toEqual({ name, means: false });
    }
    expect(splitUnit("params in billions")).toEqual({ base: "params", scale: 1e9 });
    expect(splitUnit("compute (FLOPs)")).toEqual({ base: "compute", scale: 1 });
    expect(splitUnit("tokens (B tokens)")).toEqual({ base: "tokens", scale: 1e9 });
    expect(splitUnit("train_exaflops")).toEqual({ base: "train", scale: 1e18 });
  });

  it("may stand in a folder of the logger, but not of an evaluation", () => {
    expect(map("config.N", "loss/c", "eval/tokens", "train/tokens", "val/loss")).toEqual({
      parameters: "config.N",
      tokens: "train/tokens",
      loss: "val/loss",
      notices: [],
    });
  });

  it("hold no words for quantities", () => {
    const { uses } = mapColumns(["size", "data", "N", "C", "loss"], {}, "t", (name) => /size|data/.test(name));
    expect(uses.parameters?.column).toBe("N");
    expect(uses.tokens).toBeUndefined();
  });

  it("say whether N leaves the embeddings out", () => {
    const counted = (column: string) => countedParameters({ parameters: { column, scale: 1 } });
    expect(["params", "Non-embedding params", "n_params_nonemb", "total_params"].map(counted)).toEqual([
      "given",
      "non-embedding",
      "non-embedding",
      "total",
    ]);
  });

  it("that are missing are said with what there is", () => {
    expect(() => mapColumns(["run_id", "key", "value", "step"], {}, "t")).toThrow(/no column of losses/);
    const hint = (columns: string[]) => {
      try {
        mapColumns(columns, {}, "t");
      } catch (error) {
        return (error as { hint: string }).hint;
      }
      return "";
    };
    expect(hint(["run_id", "key", "value", "step"])).toMatch(/PIVOT/);
    expect(hint(["params", "_step", "val/loss"])).toMatch(/_step counts steps: tokens = steps \* batch size/);
    const many = Array.from({ length: 1000 }, (_, i) => `column${i}`);
    expect(() => mapColumns(many, {}, "t")).toThrow(/and 960 more\.$/);
  });
});
