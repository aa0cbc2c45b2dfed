import { BEYOND } from "./likelihoodCurve.js";

/** A search whose variables can be held. */
export interface HeldSearch {
  /** The optimum, the objective there, and the bounds of the variables. */
  readonly best: readonly number[];
  readonly least: number;
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  /** The least objective within bounds; equal ones hold a variable. */
  minimise(
    lower: readonly number[],
    upper: readonly number[],
    from: readonly number[],
  ): { readonly x: readonly number[]; readonly value: number };
}

/** The profile of one variable of a search. */
export interface VariableProfile {
  /** Where it crosses its threshold, below and above the optimum; undefined where it does not within the bounds. */
  readonly ends: readonly [low: number | undefined, high: number | undefined];
  /** Points of the curve, ascending, the optimum among them. */
  points(steps: number): { readonly value: number; readonly rise: number }[];
}

/** How far an open side is followed, in widths of the other side or of the first guess. */
const OPEN_REACH = 3;

/**
 * The profile of variable k: it is moved and held, the others are fitted anew (Venzon & Moolgavkar 1988, Appl. Stat. 37,
 * 87), each time from where they were.
 * @param rise of the objective at which the interval ends
 * @param width a first guess of half the interval's width
 */
export function variableProfile(search: HeldSearch, k: number, rise: number, width: number): VariableProfile {
  const { best, least, lower, upper } = search;
  const at = best[k]!;
  const limits = { [-1]: lower[k]!, 1: upper[k]! } as const;

  /** The rise with the variable held, each fit beginning where the last one of its side ended. */
  const holder = () => {
    let from: readonly number[] = best;
    return (v: number): number => {
      const found = search.minimise(pin(lower, k, v), pin(upper, k, v), pin(from, k, v));
      if (Number.isFinite(found.value)) from = found.x;
      return Math.max(0, found.value - least);
    };
  };
  const end = (sign: -1 | 1): number | undefined => {
    const limit = limits[sign];
    if (rise === 0) return at;
    const hold = holder();
    /** Square root of the rise over its threshold, less 1: near the optimum a straight line. */
    const height = (v: number) => Math.sqrt(hold(v) / rise) - 1;
    let inner = at;
    let innerHeight = -1;
    let step = width || 0.1;
    for (let i = 0; i < 40 && inner !== limit; i++) {
      const outer = sign < 0 ? Math.max(limit, inner - step) : Math.min(limit, inner + step);
      const outerHeight = height(outer);
      if (!(outerHeight < 0)) return crossing(height, inner, innerHeight, outer, outerHeight);
      inner = outer;
      innerHeight = outerHeight;
      step *= 1.6;
    }
    return undefined;
  };
  const ends = [end(-1), end(1)] as const;
  return {
    ends,
    points(steps) {
      const widths = ends.map((found) => (found === undefined ? 0 : Math.abs(found - at)));
      const follow = (sign: -1 | 1) => {
        const own = widths[sign < 0 ? 0 : 1]!;
        const room = Math.abs(limits[sign] - at);
        const reach = Math.min(room, own > 0 ? BEYOND * own : OPEN_REACH * (Math.max(...widths) || width));
        const hold = holder();
        return reach === 0 || rise === 0
          ? []
          : Array.from({ length: steps }, (_, i) => at + (sign * reach * (i + 1)) / steps).map((value) => ({
              value,
              rise: hold(value),
            }));
      };
      return [...follow(-1).reverse(), { value: at, rise: 0 }, ...follow(1)];
    },
  };
}

function pin(values: readonly number[], k: number, v: number): number[] {
  return values.map((value, i) => (i === k ? v : value));
}

/** Root between two points of opposite sign: regula falsi, Illinois variant. */
function crossing(f: (v: number) => number, a: number, fa: number, b: number, fb: number): number {
  let [low, atLow, high, atHigh] = [a, fa, b, Number.isFinite(fb) ? fb : 1];
  let middle = b;
  for (let i = 0; i < 40 && Math.abs(high - low) > 1e-7 * (Math.abs(low) + Math.abs(high)); i++) {
    middle = low - (atLow * (high - low)) / (atHigh - atLow);
    const value = f(middle);
    if (Math.abs(value) < 1e-6) break;
    if (value < 0) {
      [low, atLow] = [middle, value];
      atHigh /= 2;
    } else {
      [high, atHigh] = [middle, Number.isFinite(value) ? value : 1];
      atLow /= 2;
    }
  }
  return middle;
}
