import type { TransformerShape } from "@isoflop/laws";
import { elementCount } from "../onnx/tensorType.js";

/** How a tensor starts. */
export type Initialisation =
  | { readonly kind: "normal"; readonly deviation: number }
  | { readonly kind: "constant"; readonly value: number };

/** One parameter tensor of the model. */
export interface ParameterTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initialisation: Initialisation;
}

/**
 * Parameters that share a learning rate and a weight decay. The tensors of a group lie one after another in one flat
 * buffer, so that the optimiser is a dozen operations a group rather than a tensor.
 */
export interface ParameterGroup {
  readonly name: string;
  /** Multiplies the learning rate of the schedule. */
  readonly learningRateFactor: number;
  /** Whether weight decay applies: to matrices, not to gains and embeddings. */
  readonly decays: boolean;
  readonly tensors: readonly ParameterTensor[];
  /** Elements of all tensors together. */
  readonly size: number;
}

export interface Parametrisation {
  /**
   * "mup": maximal-update parametrisation for Adam (Yang et al. 2022, Tensor Programs V, Table 8): learning rate of
   * hidden matrices and factor of the logits ∝ 1/width, attention ∝ 1/headWidth; one learning rate serves all widths.
   * "standard": GPT-2's, one learning rate for all tensors and deviations that do not depend on width.
   */
  readonly kind: "mup" | "standard";
  /** Width at which both parametrisations take the same learning rate. */
  readonly baseWidth: number;
}

/** Factors of the forward pass that the parametrisation sets. */
export interface ForwardFactors {
  readonly logits: number;
  readonly attention: number;
}

const standardDeviation = 0.02;
/** Under muP the embedding's deviation, and an untied head's, is a free constant; chosen by the sweep in dev/LOG.md. */
const embeddingDeviation = 0.1;

/** At the base width with this many heads the attention factor of muP, ∝ 1/headWidth, is the usual 1/√headWidth. */
const headsAtBaseWidth = 4;

export function forwardFactors(shape: TransformerShape, { kind, baseWidth }: Parametrisation): ForwardFactors {
  if (kind === "standard") return { logits: 1, attention: 1 / Math.sqrt(shape.headWidth) };
  const baseHeadWidth = baseWidth / headsAtBaseWidth;
  return { logits: baseWidth / shape.width, attention: Math.sqrt(baseHeadWidth) / shape.headWidth };
}

/**
 * Parameter groups of a model: "vectors" (embedding, positions, untied head, gains, biases) and "matrices" (hidden weights).
 * Names, order, shapes and deviations are part of the run contract: checkpoints of the trainers hold the same numbers.
 */
export function parameterGroups(shape: TransformerShape, { kind, baseWidth }: Parametrisation): ParameterGroup[] {
  const { layers, width, heads, headWidth, feedForward, vocabulary, context } = shape;
  const mup = kind === "mup";
  const normal = (deviation: number): Initialisation => ({ kind: "normal", deviation });
  const ones: Initialisation = { kind: "constant", value: 1 };
  const zeros: Initialisation = { kind: "constant", value: 0 };
  const inner = heads * headWidth;
  // GPT-2 divides the matrices that write to the residual stream by √(number of writes) (Radford et al. 2019, sec. 2.3).
  const residual = 1 / Math.sqrt(2 * layers);
  const hidden = (fanIn: number) => (mup ? 1 / Math.sqrt(fanIn) : standardDeviation);
  const embedding = mup ? embeddingDeviation : standardDeviation;

  const vectors: ParameterTensor[] = [
    { name: "embedding", shape: [vocabulary, width], initialisation: normal(embedding) },
  ];
  if (shape.positions === "learned")
    vectors.push({ name: "positions", shape: [context, width], initialisation: normal(embedding) });
  if (!shape.tiedEmbeddings)
    vectors.push({ name: "head", shape: [vocabulary, width], initialisation: normal(embedding) });
  const matrices: ParameterTensor[] = [];
  // SwiGLU's gate and its other factor side by side: one product makes both.
  const up = shape.activation === "swiglu" ? 2 * feedForward : feedForward;
  const norm = (name: string): ParameterTensor[] => [
    { name: `${name}.gain`, shape: [width], initialisation: ones },
    ...(shape.biases && shape.normalisation !== "rms"
      ? [{ name: `${name}.bias`, shape: [width], initialisation: zeros }]
      : []),
  ];
  for (let layer = 0; layer < layers; layer++) {
    const tensor = (name: string, shape: number[], initialisation: Initialisation) => ({
      name: `layer.${layer}.${name}`,
      shape,
      initialisation,
    });
    vectors.push(...norm(`layer.${layer}.attention`), ...norm(`layer.${layer}.feedForward`));
    if (shape.biases) {
      vectors.push(
        tensor("attention.qkv.bias", [3 * inner], zeros),
        tensor("attention.out.bias", [width], zeros),
        tensor("feedForward.up.bias", [up], zeros),
        tensor("feedForward.down.bias", [width], zeros),
      );
    }
    matrices.push(
      tensor("attention.qkv", [width, 3 * inner], normal(hidden(width))),
      tensor("attention.out", [inner, width], normal(hidden(inner) * residual)),
      tensor("feedForward.up", [width, up], normal(hidden(width))),
      tensor("feedForward.down", [feedForward, width], normal(hidden(feedForward) * residual)),
    );
  }
  vectors.push(...norm("final"));
  const size = (tensors: readonly ParameterTensor[]) => tensors.reduce((sum, t) => sum + elementCount(t.shape), 0);
  return [
    { name: "vectors", learningRateFactor: 1, decays: false, tensors: vectors, size: size(vectors) },
    {
      name: "matrices",
      learningRateFactor: mup ? baseWidth / width : 1,
      decays: true,
      tensors: matrices,
      size: size(matrices),
    },
  ];
}
