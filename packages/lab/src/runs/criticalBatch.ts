// What runs that measured their gradient noise say of the critical batch, for the law B_crit(L) and Kaplan's C_min, S_min.
import { type LawRow, minimumCompute, minimumSteps } from "@isoflop/laws";
import { type MetricsLine, noiseOf, type RunSpec } from "@isoflop/trainer";

/** Fewer measurements give no noise scale worth fitting. */
const LEAST_MEASUREMENTS = 8;

/**
 * Rows for fitLaw(criticalBatch, …): along a run, the gradient noise scale in tokens (which predicts the critical batch,
 * McCandlish et al. 2018, section 2.2) over the training loss at which it was measured. A run is cut into windows, halved while
 * they have measurements enough, since the noise grows as the loss falls; those without a positive estimate are left out.
 */
export function criticalBatchRows(spec: RunSpec, lines: readonly MetricsLine[], most = 8): LawRow<"L">[] {
  const { gradientNoise, batch, shape, id } = spec;
  if (!gradientNoise) return [];
  const measured = lines.flatMap((line) => {
    const { "noise/small": small, "noise/big": big, "train/loss": loss } = line;
    return small === undefined || big === undefined || loss === undefined ? [] : [{ small, big, loss }];
  });
  const windows = Math.min(most, Math.floor(measured.length / LEAST_MEASUREMENTS));
  const batches = { small: gradientNoise.sequences * shape.context, big: batch.tokens };
  return Array.from({ length: windows }, (_, i) => {
    const cut = (at: number) => Math.round((at * measured.length) / windows);
    const window = measured.slice(cut(i), cut(i + 1));
    const loss = window.reduce((sum, one) => sum + one.loss, 0) / window.length;
    return { loss, scale: noiseOf(window, batches).gradientNoiseScale };
  }).flatMap(({ loss, scale }) => (scale === undefined ? [] : [{ inputs: { L: loss }, y: scale, run: id }]));
}

/** S_min and C_min: what a run would have taken far above, and far below, the critical batch. */
export interface LeastCost {
  readonly steps: number;
  readonly flops: number;
}

/**
 * Kaplan et al. 2020 (arXiv:2001.08361), equations 5.4 and 5.5, of a run that reached a loss in so many steps.
 * @param criticalBatch tokens, at the loss that the run reached: by a fitted law, or its own gradientNoiseScale
 */
export function leastCost(
  spec: RunSpec,
  run: { readonly steps: number; readonly flops: number },
  criticalBatch: number,
): LeastCost {
  return {
    steps: minimumSteps(run.steps, spec.batch.tokens, criticalBatch),
    flops: minimumCompute(run.flops, spec.batch.tokens, criticalBatch),
  };
}
