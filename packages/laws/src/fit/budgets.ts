import type { RunRecord } from "../record.js";
import { refuse } from "../statements/fit.js";

/** The runs of one isoFLOP profile, as indices into the records. */
export interface BudgetGroup {
  /** Nominal budget, FLOPs; for clusters, the geometric mean of their C. */
  readonly budget: number;
  readonly members: readonly number[];
}

/** Runs grouped by budget, and how. */
export interface BudgetGrouping {
  readonly kind: "budget-column" | "clusters";
  /** Largest gap of ln C inside a cluster. */
  readonly tolerance: number;
  /** Clusters made by cutting what hung together over more than a factor of 1.5 in C. */
  readonly cut: number;
  /** Ascending in budget. */
  readonly groups: readonly BudgetGroup[];
}

/** Neighbours whose C differ by more than this share start a new cluster. */
export const DEFAULT_CLUSTER_TOLERANCE = 0.1;

/**
 * Largest C over smallest C of a cluster. Where C varies without gaps, single linkage chains runs over decades into one
 * "budget": the 240 points of Besiroglu et al. 2024 have 92 runs over a factor of 9 in one such chain.
 */
const LARGEST_SPAN = 1.5;

/**
 * Groups runs by their nominal budget where every run has one, otherwise by single-linkage clusters of ln C. Linkage is
 * by gap and not by rounding: rounding to one figure merges 1.5e19 with 2.4e19. Chained clusters are cut at wide
 * gaps until none spans more than a factor of 1.5.
 * @throws IsoflopError "some-budgets" when only some runs have a budget
 */
export function groupByBudget(
  records: readonly RunRecord[],
  tolerance: number = DEFAULT_CLUSTER_TOLERANCE,
): BudgetGrouping {
  const withBudget = records.filter((r) => r.budget !== undefined).length;
  if (withBudget > 0 && withBudget < records.length) {
    const without = records.find((r) => r.budget === undefined)!;
    throw refuse("some-budgets", { with: withBudget, runs: records.length, without: without.id });
  }
  if (withBudget > 0) {
    const byBudget = new Map<number, number[]>();
    records.forEach((r, i) => {
      const members = byBudget.get(r.budget!);
      if (members) members.push(i);
      else byBudget.set(r.budget!, [i]);
    });
    const groups = [...byBudget].map(([budget, members]) => ({ budget, members })).sort((x, y) => x.budget - y.budget);
    return { kind: "budget-column", tolerance, cut: 0, groups };
  }
  return clusterByCompute(
    records.map((r) => r.flops),
    tolerance,
  );
}

/** Groups by single-linkage clusters of ln C alone. */
export function clusterByCompute(
  flops: ArrayLike<number>,
  tolerance: number = DEFAULT_CLUSTER_TOLERANCE,
): BudgetGrouping {
  const order = Uint32Array.from(flops, (_, i) => i).sort((i, j) => flops[i]! - flops[j]!);
  const logC = Float64Array.from(order, (i) => Math.log(flops[i]!));
  const groups: BudgetGroup[] = [];
  let cut = 0;
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && logC[to]! - logC[to - 1]! <= Math.log1p(tolerance)) to++;
    const parts = cutChain(logC, from, to);
    if (parts.length > 1) cut += parts.length;
    for (const [first, end] of parts) {
      const sum = logC.subarray(first, end).reduce((total, v) => total + v, 0);
      groups.push({ budget: Math.exp(sum / (end - first)), members: Array.from(order.subarray(first, end)) });
    }
    from = to;
  }
  return { kind: "clusters", tolerance, cut, groups };
}

/** From the first row to before the last, of ascending C. */
type Range = readonly [first: number, end: number];

/**
 * Cuts a cluster until no part spans too much: at wide gaps, and rather in the middle than near an end (the gap counts times
 * its distances to both ends), so that where all gaps are alike the parts are.
 */
function cutChain(logC: Float64Array, first: number, end: number): Range[] {
  const low = logC[first]!;
  const high = logC[end - 1]!;
  if (high - low <= Math.log(LARGEST_SPAN)) return [[first, end]];
  let cut = first + 1;
  let most = Number.NEGATIVE_INFINITY;
  for (let k = first + 1; k < end; k++) {
    const below = logC[k - 1]!;
    const above = logC[k]!;
    const worth = (above - below) * ((below + above) / 2 - low) * (high - (below + above) / 2);
    if (worth > most) {
      most = worth;
      cut = k;
    }
  }
  return [...cutChain(logC, first, cut), ...cutChain(logC, cut, end)];
}
