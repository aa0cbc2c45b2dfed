import { IsoflopError } from "../error.js";
import { isPositive, show } from "../fit/rowFaults.js";
import { attempt, type Outcome } from "../outcome.js";
import {
  type AcceleratorHours,
  flopsToAcceleratorHours as flopsToHours,
  parseAcceleratorHours as hoursFrom,
  acceleratorHoursToFlops as hoursToFlops,
} from "../units/acceleratorHours.js";
import {
  type Accelerator,
  type Cluster,
  parseCluster as clusterFrom,
  clusterFlops as flopsOf,
} from "../units/accelerators.js";
import { parseCount as countFrom, parseFlops as flopsFrom } from "../units/quantity.js";

/**
 * Reads a count of parameters or tokens, as the field writes them.
 *
 * @param text 70B, 1.4T, 12k, 1e9, 1_000_000
 * @param what names the quantity in an error's message
 * @returns the count. Errors: "bad-quantity"
 *
 * @example
 * parseCount("1.4T"); // 1.4e12
 */
export function parseCount(text: string | number, what?: string): Outcome<number> {
  return attempt(() => countFrom(text, what));
}

/**
 * Reads an amount of compute.
 *
 * @param text 1e18, 5.76e23 FLOPs, 20PF-days, 2 EF-days
 * @param what names the quantity in an error's message
 * @returns FLOPs. Errors: "bad-quantity"
 *
 * @example
 * parseFlops("3640 PF-days"); // 3.14e23
 */
export function parseFlops(text: string | number, what?: string): Outcome<number> {
  return attempt(() => flopsFrom(text, what));
}

/**
 * Reads a number of accelerators of the table `accelerators`.
 *
 * @param text 64xH100, 8 x A100, H100
 * @returns how many of which. Errors: "bad-cluster", "unknown-accelerator"
 *
 * @example
 * const cluster = parseCluster("64xH100");
 */
export function parseCluster(text: string): Outcome<Cluster> {
  return attempt(() => clusterFrom(String(text)));
}

/**
 * Training compute of a cluster over some days at a model-FLOPs utilisation (Chowdhery et al. 2022, arXiv:2204.02311,
 * appendix B).
 *
 * @param days of 86,400 seconds
 * @param mfu share of the dense peak, above 0 and at most 1; default 0.4
 * @returns FLOPs. Errors: "bad-cluster", "bad-mfu", "bad-days"
 *
 * @example
 * const cluster = parseCluster("64xH100");
 * if (!isIsoflopError(cluster)) clusterFlops(cluster, 14);
 */
export function clusterFlops(cluster: Cluster, days: number, mfu?: number): Outcome<number> {
  return attempt(() => {
    if (isPositive(cluster?.count) && isPositive(cluster.accelerator?.peakFlopsPerSecond)) {
      return flopsOf(cluster, days, mfu);
    }
    throw new IsoflopError({
      code: "bad-cluster",
      message: `${show(cluster)} is not a number of accelerators with a peak.`,
      hint: 'Give what parseCluster("64xH100") returns.',
    });
  });
}

/**
 * Reads the time of an accelerator of the table `accelerators`.
 *
 * @param text 1.72M A100-hours, 5000 H100 hours, 1 TPUv4-hour
 * @returns hours and accelerator. Errors: "bad-accelerator-hours", "unknown-accelerator", "bad-quantity"
 *
 * @example
 * const spent = parseAcceleratorHours("1.72M A100-hours");
 */
export function parseAcceleratorHours(text: string): Outcome<AcceleratorHours> {
  return attempt(() => hoursFrom(String(text)));
}

/**
 * Training compute of accelerator hours at a model-FLOPs utilisation.
 *
 * @param mfu share of the dense peak, above 0 and at most 1; default 0.4
 * @returns FLOPs. Errors: "bad-accelerator-hours", "bad-mfu", "bad-days"
 *
 * @example
 * const spent = parseAcceleratorHours("1.72M A100-hours");
 * if (!isIsoflopError(spent)) acceleratorHoursToFlops(spent, 0.43);
 */
export function acceleratorHoursToFlops(time: AcceleratorHours, mfu?: number): Outcome<number> {
  return attempt(() => {
    if (isPositive(time?.hours) && isPositive(time.accelerator?.peakFlopsPerSecond)) return hoursToFlops(time, mfu);
    throw new IsoflopError({
      code: "bad-accelerator-hours",
      message: `${show(time)} is not a number of accelerator hours.`,
      hint: 'Give what parseAcceleratorHours("5000 H100-hours") returns.',
    });
  });
}

/**
 * How long one accelerator takes for an amount of training compute at a model-FLOPs utilisation.
 *
 * @param accelerator of the table `accelerators`
 * @param mfu share of the dense peak, above 0 and at most 1; default 0.4
 * @returns hours. Errors: "unknown-accelerator", "bad-quantity", "bad-mfu"
 *
 * @example
 * const time = flopsToAcceleratorHours(3.14e23, accelerators[0]!);
 */
export function flopsToAcceleratorHours(
  flops: number,
  accelerator: Accelerator,
  mfu?: number,
): Outcome<AcceleratorHours> {
  return attempt(() => {
    if (!isPositive(accelerator?.peakFlopsPerSecond)) {
      throw new IsoflopError({
        code: "unknown-accelerator",
        message: `${show(accelerator)} is not an accelerator with a peak.`,
        hint: "Give one of accelerators.",
      });
    }
    if (isPositive(flops)) return flopsToHours(flops, accelerator, mfu);
    throw new IsoflopError({
      code: "bad-quantity",
      message: `The compute must be a positive number of FLOPs, not ${show(flops)}.`,
      hint: "Write for example 3.14e23.",
    });
  });
}
