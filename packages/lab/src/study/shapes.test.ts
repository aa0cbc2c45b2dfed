import { countParameters, isIsoflopError } from "@isoflop/laws";
import { runSpecSchema } from "@isoflop/trainer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { corpus } from "../fixtures/corpus.js";
import { quickstartStudy } from "../quickstart/studyFile.js";
import { parseStudy } from "./parse.js";
import { resolveRuns } from "./resolve.js";
import { roundedFeedForward, shapeOfDepth, shapeOfWidth, shapesUpTo } from "./shapes.js";

const study = (shapes: string, more = "") =>
  parseStudy(
    `name: x\ndata: { corpus: y }\ndesign:\n  kind: isoflop\n  budgets: [1e11, 1e12]\n  sizes: 4\n  shapes: ${shapes}\n${more}`,
    "study.yaml",
  );
const family = (shapes: string) => study(shapes).design.shapes;

function complaint(shapes: string, more = ""): string {
  try {
    study(shapes, more);
  } catch (error) {
    if (isIsoflopError(error)) return error.message;
    throw error;
  }
  return "no complaint";
}

describe("families of shapes", () => {
  it("the default is what the quickstart has always trained", () => {
    const runs = resolveRuns(parseStudy(quickstartStudy(), "s"), corpus);
    expect(runs.map(({ shape, steps, batch }) => `${shape.width}x${shape.layers}:${steps}x${batch.tokens}`)).toEqual(
      // The design of 2026-11-22, whose results the README shows: width x layers : steps x batch.
      (
        "8x2:4491x256 12x2:3294x192 16x2:2103x192 20x2:2196x128 24x2:1620x128 28x2:1246x128 36x2:804x128 " +
        "12x2:4941x256 16x2:3154x256 20x2:2929x192 24x2:2161x192 28x2:1661x192 36x2:1608x128 44x2:1123x128 " +
        "16x2:5047x320 20x2:4393x256 24x2:3241x256 28x2:3323x192 36x2:2143x192 44x2:2247x128 52x2:1659x128 " +
        "20x2:5857x384 24x2:5186x320 28x2:4984x256 36x2:3215x256 44x2:2996x192 52x2:2213x192 64x2:2264x128 " +
        "24x2:8643x384 28x2:6646x384 36x2:5144x320 44x2:4494x256 52x2:3319x256 64x2:3019x192 76x2:2191x192"
      ).split(" "),
    );
    for (const { shape, optimizer, parametrisation } of runs) {
      expect(shape).toMatchObject({ heads: 4, feedForward: 4 * shape.width, context: 64, positions: "alibi" });
      expect(shape).toMatchObject({ activation: "relu2", normalisation: "layer", biases: false, tiedEmbeddings: true });
      expect(optimizer.learningRate).toBe(0.0056);
      expect(parametrisation).toEqual({ kind: "mup", baseWidth: 32 });
    }
  });

  it("gpt2 at width 768 is GPT-2 small, and llama at width 4096 LLaMA 7B, to the last parameter", () => {
    const gpt2 = shapeOfWidth(768, family("{ family: gpt2, context: 1024 }"), 50_257);
    expect(gpt2 && countParameters(gpt2).total).toBe(124_439_808);
    const llama = shapeOfWidth(4096, family("{ family: llama, aspect: 128, headWidth: 128, context: 2048 }"), 32_000);
    expect(llama && countParameters(llama).total).toBe(6_738_415_616);
    expect(llama).toMatchObject({ layers: 32, heads: 32, feedForward: 11_008 });
  });

  it("round SwiGLU's inner width as Llama does, and keep it near 8/3 at small widths", () => {
    const llama = family("{ family: llama }");
    const published: [number, number][] = [
      [4096, 11_008],
      [5120, 13_824],
      [6656, 17_920],
      [8192, 22_016],
    ];
    for (const [width, inner] of published) expect(roundedFeedForward(width, llama)).toBe(inner);
    for (let width = 24; width < 4096; width += 8) {
      expect(roundedFeedForward(width, llama) / ((8 / 3) * width)).toBeGreaterThanOrEqual(1);
      expect(roundedFeedForward(width, llama) / ((8 / 3) * width)).toBeLessThan(1.06);
    }
    expect(roundedFeedForward(48, family("{ activation: swiglu, feedForward: 4, feedForwardMultiple: 1 }"))).toBe(192);
    expect(roundedFeedForward(24, family("{ activation: swiglu, feedForwardMultiple: 1 }"))).toBe(64);
  });

  it("let every part be overridden", () => {
    const mixed = family(
      "{ family: llama, positions: alibi, normalisation: layer, biases: true, tiedEmbeddings: true }",
    );
    expect(shapeOfWidth(64, mixed, 256)).toMatchObject({
      positions: "alibi",
      normalisation: "layer",
      activation: "swiglu",
      biases: true,
      tiedEmbeddings: true,
    });
    expect(shapeOfWidth(64, family("{ layers: 5, headWidth: 8, context: 32, feedForward: 2 }"), 256)).toMatchObject({
      layers: 5,
      heads: 8,
      headWidth: 8,
      context: 32,
      feedForward: 128,
    });
  });

  it("with the depth as the dial keep the aspect ratio, or one width", () => {
    const deep = family("{ dial: depth, aspect: 16 }");
    const shapes = shapesUpTo(3e7, deep, 256, "total").map(({ shape }) => shape);
    expect(shapes.map(({ layers }) => layers)).toEqual(shapes.map((_, i) => i + 1));
    expect(shapes.length).toBeGreaterThan(15);
    for (const { width, layers, heads, headWidth } of shapes) {
      expect(width).toBe(16 * layers);
      expect(heads * headWidth).toBe(width);
      expect(headWidth).toBeLessThanOrEqual(64);
    }
    expect(shapeOfDepth(7, family("{ dial: depth, width: 96 }"), 256)).toMatchObject({ layers: 7, width: 96 });
    expect(resolveRuns(study("{ dial: depth, aspect: 8 }"), corpus)).toHaveLength(8);
  });

  it.each([
    ["{ dial: depth, layers: 4 }", /study\.yaml:7:\d+: design\.shapes\.layers: the depth is the dial here/],
    ["{ width: 64 }", /study\.yaml:7:\d+: design\.shapes\.width: the width is the dial here/],
    ["{ dial: depth, width: 64, heads: 3 }", /design\.shapes\.heads: must divide the width 64/],
    ["{ family: llama, headWidth: 7 }", /design\.shapes\.headWidth: must be even/],
    ["{ heads: 4, headWidth: 16 }", /design\.shapes\.headWidth: with heads too, attention no longer grows/],
    ["{ family: gpt-2 }", /design\.shapes\.family must be one of compact, gpt2, llama.*did you mean gpt2\?/],
  ])("%s is refused with its line", (shapes, message) => {
    expect(complaint(shapes)).toMatch(message);
  });

  it("take heads and their width together where one learning rate need not serve all widths", () => {
    const wide = study("{ heads: 4, headWidth: 16 }", "hyperparameters: { parametrisation: standard }");
    expect(shapeOfWidth(20, wide.design.shapes, 256)).toMatchObject({ width: 20, heads: 4, headWidth: 16 });
  });

  it("leave out widths that have no feed-forward block left, or no pairs for rotary positions to turn", () => {
    const shapes = family("{ feedForward: 0.01 }");
    expect(shapeOfWidth(16, shapes, 256)).toBeUndefined();
    expect(shapeOfWidth(64, shapes, 256)?.feedForward).toBe(1);
    expect(shapeOfWidth(12, family("{ positions: rope }"), 256)).toBeUndefined();
  });

  it("have heads that divide the width, at every width that the family has", () => {
    const compact = family("{}");
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), (multiple) => {
        const width = multiple * compact.widthMultiple;
        const shape = shapeOfWidth(width, compact, 256);
        if (shape === undefined) return;
        expect(shape.width).toBe(width);
        expect(shape.heads * shape.headWidth).toBe(width);
        expect(Number.isInteger(shape.headWidth)).toBe(true);
      }),
    );
    // Leaving widths out must not leave the family empty.
    for (const width of [16, 32, 64, 128, 256]) expect(shapeOfWidth(width, compact, 256)).toBeDefined();
  });

  it.each(
    ["compact", "gpt2", "llama"].flatMap((name) =>
      (["6N", "kaplan", "hoffmann"] as const).flatMap((flops) =>
        ["total", "non-embedding"].map((parameters) => ({ name, flops, parameters })),
      ),
    ),
  )("make runs that keep the contract and spend their budget: %j", ({ name, flops, parameters }) => {
    const counting = `counting: { flops: ${flops}, parameters: ${parameters} }`;
    for (const run of resolveRuns(study(`{ family: ${name} }`, counting), corpus)) {
      expect(runSpecSchema.parse(run)).toEqual(run);
      expect(run.convention).toBe(flops);
      // Half a batch is the most that rounding can add or take.
      const spent = run.tokens * run.flopsPerToken[flops];
      const half = (run.batch.tokens / 2) * run.flopsPerToken[flops];
      expect(Math.abs(spent - (run.budget ?? 0))).toBeLessThanOrEqual(half * 1.0001);
      const { embedding, position, block, head, total } = run.parameters;
      expect(embedding + position + block + head).toBe(total);
      expect(head).toBe(run.shape.tiedEmbeddings ? 0 : embedding);
    }
  });
});
