import type { Interval } from "../fit/result.js";

/** A 95 % interval by profile likelihood; an open end is where the quantity may go on at no cost, or a bound stops it. */
export interface ProfileInterval {
  readonly interval: Interval;
  readonly open: readonly ("low" | "high")[];
}

/** How much stiffer than the profile itself a spring is at first, if the first guess of its width is right. */
const STIFFNESS = 30;

/** A spring's stiffness for a profile that rises by `rise` over half the width of its interval. */
export const stiffnessFor = (rise: number, width: number): number => (STIFFNESS * rise) / width ** 2;

/** The best objective with a quantity held near a target: where it ended, and the objective there. */
export interface ProfilePoint {
  readonly value: number;
  readonly objective: number;
}

/**
 * The values of a quantity whose profile stays below a threshold (Venzon & Moolgavkar 1988, Appl. Stat. 37, 87), by
 * bracketing and the secant on the root of the rise, in which a quadratic profile is a straight line.
 * @param best the quantity at the optimum, and the least objective
 * @param scale a first guess of half the interval's width
 * @param holdAt fits with the quantity drawn to `target` by a spring, objective + stiffness (q - target)^2 / 2: at its end
 * the objective is the least of all points with the same q, whatever the spring
 */
export function profileInterval(
  best: ProfilePoint,
  threshold: number,
  scale: number,
  holdAt: (target: number, side: number, stiffness: number) => ProfilePoint,
): ProfileInterval {
  const height = Math.sqrt(threshold - best.objective);
  /** -1 at the optimum, 0 at the threshold. */
  const rise = ({ objective }: ProfilePoint) => Math.sqrt(Math.max(objective - best.objective, 0)) / height - 1;
  const open: ("low" | "high")[] = [];
  const end = (side: -1 | 1): number => {
    let stiffness = stiffnessFor(height ** 2, scale);
    const at = (reach: number) => ({ reach, ...holdAt(best.value + side * reach, side, stiffness) });
    let inner = { reach: 0, ...best };
    let outer: typeof inner | undefined;
    let stiffer = 0;
    for (let reach = scale, tries = 0; tries < 60 && !outer; tries++) {
      const point = at(reach);
      const follows = side * (point.value - best.value) > 0.5 * reach;
      if (point.objective >= threshold) outer = point;
      else if (!follows && stiffer < 5) {
        stiffer++;
        stiffness *= 100;
      } else {
        inner = point;
        // It does not follow any more: a bound, or a direction that costs nothing.
        if (!follows) break;
        reach *= Math.min(Math.max(1.1 / Math.max(rise(point) + 1, 1e-3), 1.2), 4);
      }
    }
    if (!outer) {
      open.push(side < 0 ? "low" : "high");
      return inner.value;
    }
    for (let tries = 0; tries < 60; tries++) {
      const [low, high] = [rise(inner), rise(outer)];
      if (Math.min(-low, high) < 1e-7 || outer.reach - inner.reach < 1e-9 * outer.reach) break;
      // Kept off the ends, so that the bracket shrinks from both sides.
      const share = Math.min(Math.max(-low / (high - low), 0.05), 0.95);
      const point = at(inner.reach + share * (outer.reach - inner.reach));
      if (point.objective >= threshold) outer = point;
      else inner = point;
    }
    return -rise(inner) < rise(outer) ? inner.value : outer.value;
  };
  const low = end(-1);
  return { interval: [low, end(1)], open };
}
