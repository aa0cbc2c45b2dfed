/** Optimiser steps that runs at one batch took to a loss. */
export interface BatchSteps {
  /** Tokens, or examples. */
  readonly batch: number;
  readonly steps: number;
}

/** What runs at several batches say of the loss that they all reached. */
export interface BatchScan {
  /** S_min: steps far above the critical batch. */
  readonly leastSteps: number;
  /** E_min: data far below it, in the unit of the batches. */
  readonly leastData: number;
  /** B_crit = E_min / S_min. */
  readonly criticalBatch: number;
  /** Standard error of ln B_crit; absent with two batches, which fix it exactly. */
  readonly logStandardError?: number;
}

/**
 * The critical batch from a scan of batches: Kaplan et al. 2020 (arXiv:2001.08361), equation 5.1, (S / S_min - 1)(E / E_min - 1) =
 * 1 with E = B S, which is S = S_min + E_min / B; by least squares of relative errors of S. Undefined where the steps do not
 * fall with the batch, or data do not grow with it: the scan lies on one side of the critical batch.
 */
export function scanBatches(points: readonly BatchSteps[]): BatchScan | undefined {
  // (S_min + E_min / B_i) / S_i = 1: normal equations of the two unknowns.
  let [uu, uv, vv, u, v] = [0, 0, 0, 0, 0];
  for (const { batch, steps } of points) {
    const [p, q] = [1 / steps, 1 / (batch * steps)];
    uu += p * p;
    uv += p * q;
    vv += q * q;
    u += p;
    v += q;
  }
  const determinant = uu * vv - uv * uv;
  if (new Set(points.map(({ batch }) => batch)).size < 2 || !(determinant > 0)) return undefined;
  const leastSteps = (vv * u - uv * v) / determinant;
  const leastData = (uu * v - uv * u) / determinant;
  if (!(leastSteps > 0 && leastData > 0)) return undefined;
  const found = { leastSteps, leastData, criticalBatch: leastData / leastSteps };
  const freedom = points.length - 2;
  if (freedom < 1) return found;
  const squares = points.reduce(
    (sum, { batch, steps }) => sum + ((leastSteps + leastData / batch) / steps - 1) ** 2,
    0,
  );
  // Delta method: ln B_crit = ln E_min - ln S_min.
  const variance = squares / freedom / determinant;
  const relative = uu / leastData ** 2 + vv / leastSteps ** 2 + (2 * uv) / (leastData * leastSteps);
  return { ...found, logStandardError: Math.sqrt(variance * relative) };
}
