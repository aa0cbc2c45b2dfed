import type { IsoflopError } from "../error.js";
import { type BudgetGroup, groupByBudget } from "../fit/budgets.js";
import type { RunRecord } from "../record.js";
import { refuse } from "../statements/fit.js";

/** Runs of about equal compute, which a backtest holds out together. */
export interface BacktestGroup {
  /** Where these runs lie: the nominal budget, or the geometric mean of their C, FLOPs. */
  readonly flops: number;
  /** A fit that includes them has seen compute up to here: the budget, or their largest C, FLOPs. */
  readonly upTo: number;
  /** Indices into the records. */
  readonly members: readonly number[];
  /** Indices of all the runs of this compute or less. */
  readonly seen: readonly number[];
}

/**
 * "isoflop": budgets, each a profile whose minimum can be measured. "scattered": runs at any compute, cut at quantiles
 * of C; only single runs can be compared.
 */
export type BacktestStructure = "isoflop" | "scattered";

export interface BacktestGroups {
  readonly structure: BacktestStructure;
  /** Ascending in compute. */
  readonly groups: readonly BacktestGroup[];
}

/** Sizes that a group needs to be a profile. */
const PROFILE_SIZES = 3;
/** A cluster of C wider than this is a chain of neighbours and not a budget. */
const PROFILE_WIDTH = 1.25;
/** Share of the runs that must lie in profiles. */
const PROFILE_SHARE = 0.9;
/** Scattered runs are cut into so many groups, of no fewer runs than this. */
const MOST_GROUPS = 6;
const FEWEST_RUNS = 6;

/**
 * Runs are profiles where nine tenths of them lie at named budgets, or in narrow clusters of C, of three sizes or more;
 * otherwise they are cut at quantiles of C, equal values together.
 * @throws IsoflopError "some-budgets"
 */
export function backtestGroups(records: readonly RunRecord[]): BacktestGroups {
  const { kind, groups } = groupByBudget(records);
  const flopsOf = (members: readonly number[]) => members.map((i) => records[i]!.flops);
  const isProfile = ({ members }: BudgetGroup) =>
    new Set(members.map((i) => records[i]!.parameters)).size >= PROFILE_SIZES &&
    (kind === "budget-column" || Math.max(...flopsOf(members)) <= PROFILE_WIDTH * Math.min(...flopsOf(members)));
  const inProfiles = groups.filter(isProfile).reduce((sum, { members }) => sum + members.length, 0);
  if (inProfiles < PROFILE_SHARE * records.length) return { structure: "scattered", groups: quantileGroups(records) };
  return {
    structure: "isoflop",
    groups: groups.flatMap((group, k) => {
      if (!isProfile(group)) return [];
      const seen = groups.slice(0, k + 1).flatMap(({ members }) => members);
      return [{ flops: group.budget, upTo: group.budget, members: group.members, seen }];
    }),
  };
}

function quantileGroups(records: readonly RunRecord[]): BacktestGroup[] {
  const order = records.map((_, i) => i).sort((i, j) => records[i]!.flops - records[j]!.flops);
  const count = Math.min(MOST_GROUPS, Math.floor(order.length / FEWEST_RUNS));
  const groups: number[][] = [];
  order.forEach((i, place) => {
    const current = groups.at(-1);
    const tied = current !== undefined && records[current.at(-1)!]!.flops === records[i]!.flops;
    if (current && (tied || place < (order.length * groups.length) / count)) current.push(i);
    else groups.push([i]);
  });
  return groups.map((members, k) => ({
    flops: Math.exp(members.reduce((sum, i) => sum + Math.log(records[i]!.flops), 0) / members.length),
    upTo: Math.max(...members.map((i) => records[i]!.flops)),
    members,
    seen: groups.slice(0, k + 1).flat(),
  }));
}

/** @throws IsoflopError "too-few-budgets" */
export function tooFewGroups({ structure, groups }: BacktestGroups, needed: number): IsoflopError {
  return structure === "isoflop"
    ? refuse("too-few-budgets", { needed, budgets: groups.length })
    : refuse("too-few-budgets/cuts", { runs: needed * FEWEST_RUNS, cuts: needed });
}
