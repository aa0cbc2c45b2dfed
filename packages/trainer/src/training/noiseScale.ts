import { gradientNoiseScale, isIsoflopError, type NoiseScale } from "@isoflop/laws";
import type { MetricsLine, RunResult, RunSpec } from "../contract/runSpec.js";

/** What a run's metrics say of its gradient noise: B_simple in tokens with its standard error, or why there is none. */
export type MeasuredNoise = Pick<
  RunResult,
  "gradientNoiseScale" | "gradientNoiseScaleError" | "gradientNoiseScaleReason"
>;

/** Mean squared gradient norms of one step. */
export interface NoiseMeasurement {
  readonly small: number;
  readonly big: number;
}

/**
 * B_simple of McCandlish et al. 2018 (arXiv:1812.06162), appendix A.1, from the last half of a run's measurements: both
 * unbiased estimates are averaged before their ratio is taken. Its standard error is the jackknife's over the measurements
 * (Efron & Stein 1981), which holds as far as they are independent.
 */
export function measuredNoise(lines: readonly MetricsLine[], spec: RunSpec): MeasuredNoise {
  if (!spec.gradientNoise) return {};
  const all = lines.flatMap((line) => {
    const { "noise/small": small, "noise/big": big } = line;
    return small === undefined || big === undefined ? [] : [{ small, big }];
  });
  if (all.length === 0) return { gradientNoiseScaleReason: "the run ended before the first measurement" };
  return noiseOf(all.slice(-Math.ceil(all.length / 2)), {
    small: spec.gradientNoise.sequences * spec.shape.context,
    big: spec.batch.tokens,
  });
}

/** The noise scale of some measurements; batches in the unit that the scale is wanted in. */
export function noiseOf(
  measurements: readonly NoiseMeasurement[],
  batches: { readonly small: number; readonly big: number },
): MeasuredNoise {
  const count = measurements.length;
  const sum = (key: keyof NoiseMeasurement) => measurements.reduce((total, one) => total + one[key], 0);
  const sums = { small: sum("small"), big: sum("big") };
  const scaleOf = (means: NoiseMeasurement): Pick<NoiseScale, "noiseScale"> | { readonly reason: string } => {
    const scale = gradientNoiseScale(
      { batch: batches.small, squaredNorm: means.small },
      { batch: batches.big, squaredNorm: means.big },
    );
    if (isIsoflopError(scale)) return { reason: scale.message };
    return scale.noiseScale > 0
      ? scale
      : { reason: `The estimate of the noise's variance is ${scale.trace}: too few measurements to see it.` };
  };
  const whole = scaleOf({ small: sums.small / count, big: sums.big / count });
  if ("reason" in whole) return { gradientNoiseScaleReason: `${whole.reason} (${count} measurements)` };
  const without = measurements.map((one) =>
    scaleOf({ small: (sums.small - one.small) / (count - 1), big: (sums.big - one.big) / (count - 1) }),
  );
  const scales = without.flatMap((one) => ("noiseScale" in one ? [one.noiseScale] : []));
  if (count < 2 || scales.length < count) {
    return {
      gradientNoiseScale: whole.noiseScale,
      gradientNoiseScaleReason: `no standard error: ${count < 2 ? "one measurement" : "without one of them there is no estimate"}`,
    };
  }
  const mean = scales.reduce((total, scale) => total + scale, 0) / count;
  const spread = scales.reduce((total, scale) => total + (scale - mean) ** 2, 0);
  return {
    gradientNoiseScale: whole.noiseScale,
    gradientNoiseScaleError: Math.sqrt(((count - 1) / count) * spread),
  };
}
