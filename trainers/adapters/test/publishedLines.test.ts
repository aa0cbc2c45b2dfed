import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Adapter, LogEvent, Session } from "../../../packages/lab/src/adapters/adapter.js";
import { huggingFace } from "../../../packages/lab/src/adapters/huggingFace.js";
import { lineSplitter, printedNumber } from "../../../packages/lab/src/adapters/lines.js";
import { loadAdapter } from "../../../packages/lab/src/adapters/load.js";
import { nanochat } from "../../../packages/lab/src/adapters/nanochat.js";
import { torchtitan } from "../../../packages/lab/src/adapters/torchtitan.js";
import { tinySpec } from "../../../packages/trainer/src/training/tinyRun.js";
import { publishedLines } from "./lines.js";

const session: Session = { spec: tinySpec("/nowhere", { steps: 100_000 }), folder: "/nowhere", command: [] };

/** What each line of a fixture says; every line is stated, those that say nothing too. */
function readAll(adapter: Adapter): readonly (readonly LogEvent[])[] {
  return publishedLines(adapter.name === "hugging-face" ? "huggingFace" : adapter.name).map((line) =>
    adapter.read(line, session),
  );
}
const fact = (field: string, value: number, tolerance?: number) => ({
  kind: "fact",
  field,
  value,
  ...(tolerance === undefined ? {} : { tolerance }),
});

test("torchtitan's lines say what they say, whatever the rank, the colours and the version", () => {
  expect(readAll(torchtitan)).toEqual([
    [fact("parameters.total", 6_163_712)],
    [],
    [fact("batch.sequences", 8), fact("shape.context", 8192), fact("steps", 10)],
    [],
    [{ kind: "training", step: 14, loss: 3.24405, gradientNorm: 0.8319 }],
    [{ kind: "training", step: 4, loss: 7.62585, gradientNorm: 26.625 }],
    [{ kind: "training", step: 10, loss: 3.9119, gradientNorm: 1.6558 }],
    [{ kind: "training", step: 22, loss: 6.225 }],
    [],
    [],
    [{ kind: "validation", step: 50, loss: 3.0417 }],
    [{ kind: "training", step: 51, loss: Number.NaN, gradientNorm: Number.NaN }],
  ]);
});

test("nanochat counts steps from 0 where it trains, and validates before the step that it names", () => {
  const training = (step: number, loss: number, multiplier: number, also = {}) => [
    { kind: "training", step, loss, also: { lr_multiplier: multiplier }, ...also },
  ];
  expect(readAll(nanochat)).toEqual([
    [fact("shape.vocabulary", 8192)],
    [fact("shape.context", 512)],
    [fact("shape.layers", 3)],
    [fact("shape.heads", 2)],
    [fact("shape.width", 128)],
    [],
    [fact("parameters.block", 589_872, 0.01)],
    [],
    [fact("steps", 500)],
    [],
    [fact("batch.tokens", 16_384)],
    [{ kind: "validation", step: 0, bitsPerByte: 3.24117 }],
    training(1, 9.010938, 0.03),
    training(12, 8.968472, 0.3),
    training(500, 4.843259, 0.05),
    [{ kind: "validation", step: 500, bitsPerByte: 1.746078 }],
    [],
    training(11, Number.NaN, 1),
    training(11, 7.426396, 1, { gradientNorm: 0.5231 }),
    [],
  ]);
});

test("of what the Hugging Face Trainer prints, counts and numbers that are none are read", () => {
  const odd = (what: string) => [{ kind: "diverged", reason: `the trainer printed ${what}` }];
  expect(readAll(huggingFace)).toEqual([
    [],
    [fact("batch.sequences", 224)],
    [fact("steps", 196)],
    [fact("parameters.total", 7_615_616_512)],
    [],
    odd("grad_norm nan"),
    [],
    [fact("batch.sequences", 128)],
    [fact("parameters.total", 5800)],
    [],
    [],
    odd("eval_loss nan"),
  ]);
});

test("an adapter of one's own is a module that exports one", async () => {
  const own = await loadAdapter(fileURLToPath(new URL("../nanogpt.mjs", import.meta.url)));
  expect(readAll(own)).toEqual([
    [{ kind: "training", step: 36_299, loss: 5.8465 }],
    [{ kind: "training", step: 36_300, loss: 6.288 }],
    [{ kind: "validation", step: 100_000, loss: Number.NaN }],
    [{ kind: "validation", step: 2000, loss: 3.0247 }],
    [fact("parameters.block", 123_590_000 - session.spec.parameters.embedding, 0.01)],
  ]);
  await expect(loadAdapter("lightning")).rejects.toMatchObject({ code: "adapter-unknown" });
  await expect(loadAdapter("/nowhere/lightning.mjs")).rejects.toMatchObject({ code: "adapter-unknown" });
});

test("lines come whole however the output is cut, and a carriage return ends one", () => {
  const text = "\u001b[31mstep: 1\u001b[0m\r\n 5%|▌ | 1/20\r10%|█ | 2/20\r[default3]: last";
  for (const size of [1, 2, 7, 1000]) {
    const lines: string[] = [];
    const splitter = lineSplitter((line) => lines.push(line));
    for (let at = 0; at < text.length; at += size) splitter.push(text.slice(at, at + size));
    splitter.end();
    expect(lines.filter((line) => line !== "")).toEqual(["step: 1", " 5%|▌ | 1/20", "10%|█ | 2/20", "last"]);
  }
});

test("a printed number is a number; a word is none", () => {
  const texts = ["5,431", "-1.0000", "1e-05", "nan", "-inf", "NaN", "Infinity", "3.", ".5", "n/a", "", "1.2.3", "12ms"];
  expect(texts.map(printedNumber)).toEqual([
    5431,
    -1,
    1e-5,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    3,
    0.5,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
