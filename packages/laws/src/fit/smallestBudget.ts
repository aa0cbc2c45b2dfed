import { standardDeviation } from "../numerics/statistics.js";
import type { RunRecord } from "../record.js";
import type { LeftOut } from "../statements/words.js";
import { FEWEST_DRAWS } from "../uncertainty/bootstrap.js";
import { type BudgetGrouping, clusterByCompute, groupByBudget } from "./budgets.js";

/** What is left without the smallest budget. */
export interface LargerBudgets {
  /** Left out: the smallest, or the largest of several. */
  readonly budget: number;
  readonly several: boolean;
  /** Whether a run, by its index, is left. */
  readonly keeps: readonly boolean[];
}

/** Fewer budgets than this leave too few when one is left out. */
const FEWEST_BUDGETS = 4;
/** One run that is left out shows no law by its absence. */
const FEWEST_LEFT_OUT = 3;

/**
 * All runs but those of the smallest budget, or budgets until three runs are left out; undefined where fewer than four budgets can be told apart or fewer than
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
  const left = new Set<number>();
  let count = 0;
  for (; count < groups.length && left.size < FEWEST_LEFT_OUT; count++) {
    for (const i of groups[count]!.members) left.add(i);
  }
  const runs = groups.reduce((sum, { members }) => sum + members.length, 0);
  if (groups.length - count < FEWEST_BUDGETS - 1 || runs - left.size < fewest) return undefined;
  const keeps = Array.from({ length: runs }, (_, i) => !left.has(i));
  return { budget: groups[count - 1]!.budget, several: count > 1, keeps };
}

/** What was left out, for a sentence. */
export function leftOut({ budget, several }: Pick<LargerBudgets, "budget" | "several">): LeftOut {
  return { what: several ? "smallest-budgets" : "smallest-budget", upTo: budget };
}

/** Standard deviation of a difference that every resample has shown; undefined with too few. */
export function chanceOfDraws(differences: readonly number[]): number | undefined {
  const finite = differences.filter(Number.isFinite);
  return finite.length < FEWEST_DRAWS ? undefined : standardDeviation(finite);
}
