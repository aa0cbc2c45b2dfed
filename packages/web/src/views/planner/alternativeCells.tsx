import type { Interval } from "@isoflop/laws";
import type { ComponentChildren } from "preact";
import { formatInterval } from "./format.js";
import type { LawPlan } from "./planLaw.js";
import { plans } from "./store.js";

/** Cells of what was found for each of the plans, and why a law has none. */
export function foundFor<Found>(found: readonly (Found | undefined)[], reason: string) {
  const of = new Map(plans.value.map((plan, index) => [plan, found[index]]));
  return {
    missing: (plan: LawPlan) => (of.get(plan) === undefined ? reason : undefined),
    cell: (show: (one: Found, plan: LawPlan) => ComponentChildren) => (plan: LawPlan) => {
      const one = of.get(plan);
      return one === undefined ? reason : show(one, plan);
    },
  };
}

/** An interval as it stands below its number; undefined where there is none. */
export const between = (interval: Interval | undefined, write: (value: number) => string) =>
  interval && <small>[{formatInterval(interval, write)}]</small>;
