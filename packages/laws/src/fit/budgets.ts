import { IsoflopError } from "../error.js";
import type { RunRecord } from "../record.js";

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
  /** Ascending in budget. */
  readonly groups: readonly BudgetGroup[];
}

/** Neighbours whose C differ by more than this share start a new cluster. */
export const DEFAULT_CLUSTER_TOLERANCE = 0.1;

/**
 * Groups runs by their nominal budget where every run has one, otherwise by single-linkage clusters of ln C. Linkage is
 * by gap and not by rounding: rounding to one figure merges 1.5e19 with 2.4e19.
 * @throws IsoflopError "some-budgets" when only some runs have a budget
 */
export function groupByBudget(
  records: readonly RunRecord[],
  tolerance: number = DEFAULT_CLUSTER_TOLERANCE,
): BudgetGrouping {
  const withBudget = records.filter((r) => r.budget !== undefined).length;
  if (withBudget > 0 && withBudget < records.length) {
    const without = records.find((r) => r.budget === undefined)!;
    throw new IsoflopError({
      code: "some-budgets",
      message: `${withBudget} of ${records.length} runs name a budget; "${without.id}" for one does not.`,
      hint: "Give every run a budget, or none (then runs are grouped by clusters of C).",
    });
  }
  if (withBudget > 0) {
    const byBudget = new Map<number, number[]>();
    records.forEach((r, i) => {
      const members = byBudget.get(r.budget!);
      if (members) members.push(i);
      else byBudget.set(r.budget!, [i]);
    });
    const groups = [...byBudget].map(([budget, members]) => ({ budget, members })).sort((x, y) => x.budget - y.budget);
    return { kind: "budget-column", tolerance, groups };
  }
  const order = records.map((_, i) => i).sort((i, j) => records[i]!.flops - records[j]!.flops);
  const clusters: number[][] = [];
  let previous = Number.NEGATIVE_INFINITY;
  for (const i of order) {
    const logC = Math.log(records[i]!.flops);
    if (logC - previous > Math.log1p(tolerance)) clusters.push([]);
    clusters.at(-1)!.push(i);
    previous = logC;
  }
  const groups = clusters.map((members) => ({
    budget: Math.exp(members.reduce((sum, i) => sum + Math.log(records[i]!.flops), 0) / members.length),
    members,
  }));
  return { kind: "clusters", tolerance, groups };
}
