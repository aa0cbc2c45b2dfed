import { dividedBy, minimum, minus, plus, sqrt, sumOfSquares, times } from "../graph/arithmetic.js";
import { constant, type Graph, scalar, type Value } from "../graph/graph.js";
import type { ParameterGroup } from "../model/parameters.js";

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Gradients are scaled down to this global norm. */
  readonly clip: number;
}

/** Scalars that change from step to step and enter the graph as inputs. */
export interface StepScalars {
  /** Learning rate of the schedule, η_t. */
  readonly learningRate: Value;
  /** η_t √(1−β₂ᵗ)/(1−β₁ᵗ). */
  readonly stepSize: Value;
  /** ε √(1−β₂ᵗ). */
  readonly epsilonHat: Value;
}

/** The three scalars for step t = 1, 2, …; both bias corrections folded in (Kingma & Ba 2015, end of section 2). */
export function stepScalars(t: number, learningRate: number, { beta1, beta2, epsilon }: AdamWOptions) {
  const deviationCorrection = Math.sqrt(1 - beta2 ** t);
  return {
    learningRate,
    stepSize: (learningRate * deviationCorrection) / (1 - beta1 ** t),
    epsilonHat: epsilon * deviationCorrection,
  };
}

/**
 * Global norm of flat gradients, and the factor that brings it down to `clip` (1 when below). Of gradients summed over parts
 * of a batch, `share` is what makes a sum the mean: the norm is the mean's, the factor takes the sum to the clipped mean.
 */
export function clipFactor(
  g: Graph,
  gradients: readonly Value[],
  clip: number,
  share?: Value,
): { norm: Value; factor: Value } {
  const squares = gradients.map((gradient) => sumOfSquares(g, gradient, [0], false));
  const whole = sqrt(
    g,
    squares.reduce((a, b) => plus(g, a, b)),
  );
  const norm = share ? times(g, whole, share) : whole;
  const factor = minimum(g, scalar(g, 1), dividedBy(g, scalar(g, clip), plus(g, norm, scalar(g, 1e-12))));
  return { norm, factor: share ? times(g, factor, share) : factor };
}

/** One AdamW update of a flat group (Loshchilov & Hutter 2019, Algorithm 2, decay multiplied by the learning rate). */
export function adamw(
  g: Graph,
  group: ParameterGroup,
  options: AdamWOptions,
  scalars: StepScalars,
  state: { readonly parameters: Value; readonly first: Value; readonly second: Value },
  gradient: Value,
  gradientFactor: Value,
): { parameters: Value; first: Value; second: Value } {
  const { beta1, beta2, weightDecay } = options;
  const groupFactor = constant(g, [group.learningRateFactor], []);
  const clipped = times(g, gradient, gradientFactor);
  const first = plus(g, state.first, times(g, minus(g, clipped, state.first), scalar(g, 1 - beta1)));
  const square = times(g, clipped, clipped);
  const second = plus(g, state.second, times(g, minus(g, square, state.second), scalar(g, 1 - beta2)));
  const direction = dividedBy(g, first, plus(g, sqrt(g, second), scalars.epsilonHat));
  const update = times(g, direction, times(g, scalars.stepSize, groupFactor));
  const decayed =
    group.decays && weightDecay > 0
      ? times(
          g,
          state.parameters,
          minus(g, scalar(g, 1), times(g, scalars.learningRate, scalar(g, weightDecay * group.learningRateFactor))),
        )
      : state.parameters;
  return { parameters: minus(g, decayed, update), first, second };
}
