import { IsoflopError } from "../error.js";
import { type Accelerator, type Cluster, clusterFlops, DEFAULT_MFU, parseCluster } from "./accelerators.js";
import { formatCount, parseCount } from "./quantity.js";

/** Time of one accelerator: GPU-hours, TPU-chip-hours. */
export interface AcceleratorHours {
  readonly hours: number;
  readonly accelerator: Accelerator;
}

/**
 * Reads "1.72M A100-hours", "5000 H100 hours", "1 TPUv4-hour".
 * @throws IsoflopError "bad-accelerator-hours", "unknown-accelerator", "bad-quantity"
 */
export function parseAcceleratorHours(text: string): AcceleratorHours {
  const match = /^([\d.,_]+(?:[eE][+-]?\d+)?\s*[kKMBGTPEZY]?)\s+([A-Za-z].*?)[- ]*hours?$/.exec(text.trim());
  if (!match) {
    throw new IsoflopError({
      code: "bad-accelerator-hours",
      message: `"${text}" is not a number of accelerator hours.`,
      hint: "Write for example 1.72M A100-hours.",
    });
  }
  return { hours: parseCount(match[1]!, "the hours"), accelerator: parseCluster(match[2]!).accelerator };
}

/**
 * Training FLOPs of so many hours at a model-FLOPs utilisation.
 * @throws IsoflopError "bad-mfu", "bad-days"
 */
export function acceleratorHoursToFlops({ hours, accelerator }: AcceleratorHours, mfu: number = DEFAULT_MFU): number {
  return clusterFlops({ count: 1, accelerator }, hours / 24, mfu);
}

/**
 * Hours of one accelerator that C training FLOPs take at a model-FLOPs utilisation.
 * @throws IsoflopError "bad-mfu"
 */
export function flopsToAcceleratorHours(
  flops: number,
  accelerator: Accelerator,
  mfu: number = DEFAULT_MFU,
): AcceleratorHours {
  const perHour = acceleratorHoursToFlops({ hours: 1, accelerator }, mfu);
  return { hours: flops / perHour, accelerator };
}

/** Writes 1.72M A100-hours. */
export function formatAcceleratorHours({ hours, accelerator }: AcceleratorHours, digits = 3): string {
  return `${formatCount(hours, digits)} ${accelerator.name}-hours`;
}

/**
 * Model-FLOPs utilisation (Chowdhery et al. 2022, appendix B): the model's FLOPs of the tokens trained on in a second,
 * over the cluster's dense peak. Work done twice, as rematerialisation, does not count.
 * @param flopsPerToken training FLOPs, by palmFlopsPerToken for PaLM's own convention
 */
export function modelFlopsUtilisation(tokensPerSecond: number, flopsPerToken: number, cluster: Cluster): number {
  return (tokensPerSecond * flopsPerToken) / (cluster.count * cluster.accelerator.peakFlopsPerSecond);
}
