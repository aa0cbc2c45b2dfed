import { standardDeviation } from "../numerics/statistics.js";
import type { RunRecord } from "../record.js";
import { FEWEST_DRAWS } from "../uncertainty/bootstrap.js";
import { type BudgetGrouping, clusterByCompute, groupByBudget } from "./budgets.js";

/** What is left without the smallest budget. */
export interface LargerBudgets {
  /** Of those left out, FLOPs. */
  readonly budget: number;
  /** Whether a run, by its index, is left. */
  readonly keeps: readonly boolean[];
}

/** Fewer budgets than this leave too few when one is left out. */
const FEWEST_BUDGETS = 4;

/**
 * All runs but those of the smallest budget; undefined where fewer than four budgets can be told apart or fewer than
 * `fewest` runs would be left. Where only some runs name a budget, all are grouped by their C.
 */
export function largerBudgets(records: readonly RunRecord[], fewest: number): LargerBudgets | undefined {
  const named = records.every((r) => r.budget !== undefined);
  return largerGroups(named ? groupByBudget(records) : clusterByCompute(records.map((r) => r.flops)), fewest);
}

/** The same for rows of any law, by whatever stands for their compute. */
export function largerScales(scales: readonly number[], fewest: number): LargerBudgets | undefined {
  return largerGroups(clusterByCompute(scales), fewest);
}

function largerGroups({ groups }: BudgetGrouping, fewest: number): LargerBudgets | undefined {
  const runs = groups.reduce((sum, { members }) => sum + members.length, 0);
  const [smallest] = groups;
  if (smallest === undefined || groups.length < FEWEST_BUDGETS || runs - smallest.members.length < fewest)
    return undefined;
  const left = new Set(smallest.members);
  return { budget: smallest.budget, keeps: Array.from({ length: runs }, (_, i) => !left.has(i)) };
}

/** Standard deviation of a difference that every resample has shown; undefined with too few. */
export function chanceOfDraws(differences: readonly number[]): number | undefined {
  const finite = differences.filter(Number.isFinite);
  return finite.length < FEWEST_DRAWS ? undefined : standardDeviation(finite);
}
