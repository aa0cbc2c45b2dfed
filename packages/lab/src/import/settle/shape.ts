import { countParameters, hoffmannFlopsPerToken, kaplanFlopsPerToken, type TransformerShape } from "@isoflop/laws";
import type { Settings } from "./settings.js";

/** N and FLOPs per token by the conventions of @isoflop/laws, of the shape that a run's settings give. */
export interface CountedShape {
  readonly total?: number;
  readonly nonEmbedding: number;
  /** Without the embeddings, with a head that is not tied to them. */
  readonly withHead: number;
  /** FLOPs per token; `hoffmann` where vocabulary and heads are known. */
  readonly kaplan?: number;
  readonly hoffmann?: number;
  /** The settings that were used, and what was assumed. */
  readonly from: string;
}

/** Why there is no count, or none of some kind. */
export interface Missing {
  readonly missing: readonly string[];
}

/** Share of N below which a choice that is not logged does not matter. */
const NEGLIGIBLE = 0.01;

/**
 * Counts the parameters of a decoder by countParameters (model/parameters.ts). Where keys and values have fewer heads than
 * queries (Ainslie et al. 2023, grouped queries) their two matrices, 2 d k a head and layer, are counted for so many.
 */
export function countShape(settings: Settings): { readonly counted?: CountedShape } & Missing {
  const { number, settled } = settings;
  const read = {
    layers: number("layers"),
    width: number("width"),
    heads: number("heads"),
    headWidth: number("headWidth"),
    keyValueHeads: number("keyValueHeads"),
    vocabulary: number("vocabulary"),
    context: number("context"),
  };
  const experts = number("experts");
  if (experts !== undefined && experts.value > 1)
    return { missing: [`counts of mixtures of experts (${experts.key})`] };
  const { layers, width } = read;
  const activation = activationOf(settings);
  const feedForward = width === undefined ? undefined : feedForwardOf(settings, width.value, activation);
  const missing = [
    ...(layers === undefined ? ["layers"] : []),
    ...(width === undefined ? ["width"] : []),
    ...(activation === undefined ? ["activation"] : []),
    ...(activation !== undefined && width !== undefined && feedForward === undefined ? ["feedForward"] : []),
  ];
  if (layers === undefined || width === undefined || activation === undefined || feedForward === undefined) {
    return { missing };
  }
  const heads = read.heads?.value ?? 1;
  const tied = settings.flag("tiedEmbeddings")?.value ?? settled.tiedEmbeddings;
  const positions = positionsOf(settings) ?? settled.positions;
  const normalisation = /rms/i.test(settings.word("normalisation")?.value ?? "") ? "rms" : settled.normalisation;
  const biases = settings.flag("biases")?.value ?? settled.biases;
  const shape: TransformerShape = {
    layers: layers.value,
    width: width.value,
    heads,
    headWidth: read.headWidth?.value ?? width.value / heads,
    feedForward,
    vocabulary: read.vocabulary?.value ?? 0,
    context: read.context?.value ?? 0,
    tiedEmbeddings: tied ?? true,
    positions: positions ?? "none",
    biases: biases ?? false,
    activation,
    ...(normalisation === undefined ? {} : { normalisation }),
  };
  const numbers = [shape.layers, shape.width, shape.heads, shape.headWidth, shape.feedForward];
  if (!numbers.every((value) => Number.isInteger(value) && value > 0)) {
    return { missing: ["a shape of positive whole numbers"] };
  }
  const fewer = heads - (read.keyValueHeads?.value ?? heads);
  const spared =
    2 * shape.layers * shape.width * shape.headWidth * fewer +
    (shape.biases ? 2 * shape.layers * shape.headWidth * fewer : 0);
  const count = countParameters(shape);
  const nonEmbedding = count.block - spared;
  const total = count.total - spared;
  const unsure = unknownPositions(positions, read.context?.value, width.value, total);
  const lacking = [
    ...(read.vocabulary === undefined ? ["vocabulary"] : []),
    ...(tied === undefined ? ["tiedEmbeddings"] : []),
    ...(unsure ? ["positions"] : []),
  ];
  const assumed = biases === undefined ? ["no biases"] : [];
  const inner = number("feedForward") ?? number("feedForwardRatio") ?? number("feedForwardMultipleOf");
  const keys = [...Object.values(read), inner].flatMap((found) => (found === undefined ? [] : [found.key]));
  return {
    missing: lacking,
    counted: {
      nonEmbedding,
      withHead: nonEmbedding + count.head,
      ...(lacking.length === 0 ? { total } : {}),
      ...(read.context === undefined ? {} : { kaplan: kaplanFlopsPerToken(shape) - 6 * spared }),
      ...(lacking.length === 0 && read.context !== undefined && read.heads !== undefined
        ? // Appendix F counts 2 FLOPs for each weight of K and V, times three.
          { hoffmann: hoffmannFlopsPerToken(shape) - 3 * 2 * 2 * shape.layers * shape.width * shape.headWidth * fewer }
        : {}),
      from: `${keys.join(", ")}${assumed.length === 0 ? "" : ` (assumed: ${assumed.join(", ")})`}`,
    },
  };
}

/** Learned positions would be parameters: without a word on them the total is known only where they hardly matter. */
function unknownPositions(
  positions: string | undefined,
  context: number | undefined,
  width: number,
  total: number,
): boolean {
  if (positions === "learned") return context === undefined;
  return positions === undefined && (context === undefined || context * width > NEGLIGIBLE * total);
}

function activationOf({ word, settled }: Settings): TransformerShape["activation"] | undefined {
  const name = word("activation")?.value.toLowerCase() ?? "";
  if (/swiglu|geglu|reglu|gated/.test(name)) return "swiglu";
  if (/relu2|relu\^2|squared|relu_sq/.test(name)) return "relu2";
  if (/gelu/.test(name)) return "gelu";
  return settled.activation;
}

function positionsOf({ word }: Settings): TransformerShape["positions"] | undefined {
  const name = word("positions")?.value.toLowerCase() ?? "";
  if (/rope|rotary/.test(name)) return "rope";
  if (/alibi/.test(name)) return "alibi";
  if (/learned|absolute/.test(name)) return "learned";
  return name === "none" ? "none" : undefined;
}

/** Inner width of the feed-forward block; 4 d where there is no gate and nothing is logged. */
function feedForwardOf(
  { number, settled }: Settings,
  width: number,
  activation: TransformerShape["activation"],
): number | undefined {
  const ratio = number("feedForwardRatio")?.value;
  const given = number("feedForward")?.value ?? (ratio === undefined ? undefined : ratio * width);
  if (given !== undefined) return settled.feedForwardHoldsGate && activation === "swiglu" ? given / 2 : given;
  const multipleOf = number("feedForwardMultipleOf")?.value;
  if (multipleOf !== undefined) {
    // Llama's rule: two thirds of 4 d, times a factor, up to the next multiple.
    const wanted = Math.floor((number("feedForwardMultiplier")?.value ?? 1) * Math.floor((2 * 4 * width) / 3));
    return multipleOf * Math.ceil(wanted / multipleOf);
  }
  return activation === "swiglu" ? undefined : 4 * width;
}
