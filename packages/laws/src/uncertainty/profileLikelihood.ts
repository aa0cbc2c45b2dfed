import type { Interval } from "../fit/result.js";

/** A 95 % interval by profile likelihood; an open end is where the quantity may go on at no cost, or a bound stops it. */
export interface ProfileInterval {
  readonly interval: Interval;
  readonly open: readonly ("low" | "high")[];
}

/** The best objective with a quantity held: where it ended (near the value asked for) and the objective there. */
export interface ProfilePoint {
  readonly value: number;
  readonly objective: number;
}

/**
 * The values of a quantity whose profile stays below a threshold (Venzon & Moolgavkar 1988, Appl. Stat. 37, 87), by
 * bracketing and the secant on the root of the rise, in which a quadratic profile is a straight line.
 * @param best the quantity at the optimum, and the least objective
 * @param holdAt fits with the quantity held near `target`; `stiffness` is the scale of the distance that it must keep to
 * @param scale a first guess of half the interval's width
 */
export function profileInterval(
  best: ProfilePoint,
  threshold: number,
  scale: number,
  holdAt: (target: number, side: number, reach: number) => ProfilePoint,
): ProfileInterval {
  const open: ("low" | "high")[] = [];
  const end = (side: -1 | 1): number => {
    const height = Math.sqrt(threshold - best.objective);
    const rise = ({ objective }: ProfilePoint) => Math.sqrt(Math.max(objective - best.objective, 0)) / height - 1;
    let inner = best;
    let reach = scale;
    let outer: ProfilePoint | undefined;
    for (let tries = 0; tries < 40 && !outer; tries++) {
      const point = holdAt(best.value + side * reach, side, reach);
      if (point.objective >= threshold) outer = point;
      else {
        // It does not follow any more: a bound, or a direction that costs nothing.
        if (!(side * (point.value - inner.value) > 1e-3 * Math.abs(inner.value - best.value))) break;
        inner = point;
        const progress = rise(point) + 1;
        reach = Math.abs(point.value - best.value) * Math.min(Math.max(1.1 / Math.max(progress, 1e-3), 1.2), 4);
      }
    }
    if (!outer) {
      open.push(side < 0 ? "low" : "high");
      return inner.value;
    }
    for (let tries = 0; tries < 40; tries++) {
      const [low, high] = [rise(inner), rise(outer)];
      if (Math.min(-low, high) < 1e-7 || Math.abs(outer.value - inner.value) < 1e-9 * Math.abs(outer.value)) break;
      // Kept off the ends, so that the bracket shrinks from both sides.
      const share = Math.min(Math.max(-low / (high - low), 0.05), 0.95);
      const target = inner.value + share * (outer.value - inner.value);
      const point = holdAt(target, side, Math.abs(target - best.value));
      if (point.objective >= threshold) {
        if (!(side * (outer.value - point.value) > 0)) break;
        outer = point;
      } else {
        if (!(side * (point.value - inner.value) > 0)) break;
        inner = point;
      }
    }
    return -rise(inner) < rise(outer) ? inner.value : outer.value;
  };
  const low = end(-1);
  return { interval: [low, end(1)], open };
}
