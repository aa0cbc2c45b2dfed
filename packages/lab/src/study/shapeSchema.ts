import type { RunSpec } from "@isoflop/trainer";
import { z } from "zod";
import { count, orAuto, positive } from "./fields.js";

/** What a family is made of, whatever the size of its members. */
export type Architecture = Pick<
  RunSpec["shape"],
  "normalisation" | "positions" | "activation" | "biases" | "tiedEmbeddings"
>;

/**
 * Architectures by name. `compact`: the one that learns most from few steps of small models on one CPU (dev/LOG.md), and
 * the default. `gpt2`: Radford et al. 2019, as Kaplan et al. 2020 trained it. `llama`: Touvron et al. 2023, section 2.2.
 */
export const ARCHITECTURES = {
  compact: {
    normalisation: "layer",
    positions: "alibi",
    activation: "relu2",
    biases: false,
    tiedEmbeddings: true,
  },
  gpt2: { normalisation: "layer", positions: "learned", activation: "gelu", biases: true, tiedEmbeddings: true },
  llama: { normalisation: "rms", positions: "rope", activation: "swiglu", biases: false, tiedEmbeddings: false },
} as const satisfies Readonly<Record<string, Architecture>>;

/** Rotary positions turn pairs of elements: with four heads a width must be a multiple of 8. */
const WIDTH_MULTIPLES = { compact: 4, gpt2: 4, llama: 8 } as const;

const given = z.strictObject({
  family: z.enum(["compact", "gpt2", "llama"]).default("compact"),
  /** What grows from one shape to the next: the width, with the layers that the aspect ratio gives it; or the depth. */
  dial: z.enum(["width", "depth"]).default("width"),
  /** Width per layer. `dial: width` rounds to at least two layers; `dial: depth` makes every width this many times its layers. */
  aspect: positive.default(64),
  /** With `dial: width` only: one depth for all widths. */
  layers: orAuto(count, "a number of layers").default("auto"),
  /** With `dial: depth` only: one width for all depths. */
  width: orAuto(count, "a width").default("auto"),
  /** auto: four, and more once heads would be wider than 64. */
  heads: orAuto(count, "a number of heads").default("auto"),
  /** auto: the width over the heads. */
  headWidth: orAuto(count, "the width of a head").default("auto"),
  /** Widths are multiples of this. auto: 4; llama: 8. */
  widthMultiple: orAuto(count, "a number").default("auto"),
  /** n_ctx, tokens. */
  context: count.default(64),
  /** Inner width of the feed-forward block over the width. auto: 4; under swiglu 8/3, which makes three matrices cost what two did. */
  feedForward: orAuto(positive, "a number").default("auto"),
  /** The inner width is rounded up to a multiple of this. auto: to the nearest whole number; under swiglu as in roundedFeedForward. */
  feedForwardMultiple: orAuto(count, "a number").default("auto"),
  /** Of the feed-forward block: GPT-2's tanh GELU, max(x, 0)² (Primer), or SwiGLU (Shazeer 2020). */
  activation: z.enum(["gelu", "relu2", "swiglu"]).optional(),
  normalisation: z.enum(["layer", "rms"]).optional(),
  tiedEmbeddings: z.boolean().optional(),
  positions: z.enum(["learned", "alibi", "rope", "none"]).optional(),
  biases: z.boolean().optional(),
});

/** `design.shapes`: a family of shapes with one dial. */
export const shapesSchema = given
  .superRefine(({ dial, layers, width, heads, headWidth, ...shape }, context) => {
    const refuse = (key: string, message: string) => context.addIssue({ code: "custom", path: [key], message });
    if (dial === "depth" && layers !== "auto") {
      refuse("layers", "the depth is the dial here; take auto, or dial: width");
    }
    if (dial === "width" && width !== "auto") refuse("width", "the width is the dial here; take auto, or dial: depth");
    if (
      (shape.positions ?? ARCHITECTURES[shape.family].positions) === "rope" &&
      headWidth !== "auto" &&
      headWidth % 2
    ) {
      refuse("headWidth", "must be even: rotary positions turn pairs of elements");
    }
    if (width === "auto") return;
    for (const [key, value] of Object.entries({ heads, headWidth })) {
      const other = key === "heads" ? headWidth : heads;
      if (value !== "auto" && other === "auto" && width % value !== 0) {
        refuse(key, `must divide the width ${width}`);
      }
    }
  })
  .transform((shapes) => {
    const named = ARCHITECTURES[shapes.family];
    const activation = shapes.activation ?? named.activation;
    return {
      ...shapes,
      activation,
      normalisation: shapes.normalisation ?? named.normalisation,
      tiedEmbeddings: shapes.tiedEmbeddings ?? named.tiedEmbeddings,
      positions: shapes.positions ?? named.positions,
      biases: shapes.biases ?? named.biases,
      feedForward: shapes.feedForward === "auto" ? (activation === "swiglu" ? 8 / 3 : 4) : shapes.feedForward,
      widthMultiple: shapes.widthMultiple === "auto" ? WIDTH_MULTIPLES[shapes.family] : shapes.widthMultiple,
    };
  });

export type ShapeFamily = z.output<typeof shapesSchema>;
