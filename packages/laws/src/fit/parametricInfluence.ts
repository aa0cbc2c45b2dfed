import { choleskySolve } from "../numerics/cholesky.js";
import { ROW } from "../numerics/huberSums.js";
import { kernelWidth } from "./objectiveRise.js";
import { interiorVariables } from "./parametricDiagnostics.js";
import type { ParametricModel } from "./parametricModel.js";
import type { Linearisation } from "./parametricObjective.js";

/** Fills the step by which a fit follows, to first order, a gradient of its objective that new weights leave at it. */
export type Influence = (gradient: Float64Array, step: Float64Array) => void;

/**
 * The step is - H^-1 gradient, Hampel's influence of the weights (1974, JASA 69, 383), H the expected Hessian at the fit: J'J
 * over the residuals within delta or, where that is small, over those within a kernel's width (Powell 1991).
 * @param at the residuals and their gradients at the fit
 */
export function influenceOf(
  { cells, count }: Linearisation,
  best: Float64Array,
  model: ParametricModel,
  delta: number,
): Influence {
  const free = interiorVariables(best, model);
  const size = free.length;
  const width = kernelWidth(
    Float64Array.from({ length: count }, (_, i) => cells[i * ROW]!),
    delta,
  );
  const share = width === delta ? 1 : delta / width;
  const hessian = new Float64Array(size * size);
  for (let o = 0; o < count * ROW; o += ROW) {
    if (Math.abs(cells[o]!) > width) continue;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++)
        hessian[i * size + j]! += share * cells[o + 1 + free[i]!]! * cells[o + 1 + free[j]!]!;
    }
  }
  const inverse = free.map((_, i) => {
    const unit = Float64Array.from(free, (_v, j) => (i === j ? 1 : 0));
    return choleskySolve(hessian.slice(), unit, size) ? unit : undefined;
  });
  return (gradient, step) => {
    step.fill(0);
    for (let i = 0; i < size; i++) {
      const row = inverse[i];
      if (row) for (let j = 0; j < size; j++) step[free[i]!]! -= row[j]! * gradient[free[j]!]!;
    }
  };
}
