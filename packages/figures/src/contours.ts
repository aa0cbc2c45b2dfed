import type { ChinchillaConstants } from "./data.js";

/** L(N,D), Hoffmann et al. 2022, eq. 2, nats per token. */
export function modelLoss(law: ChinchillaConstants, parameters: number, tokens: number): number {
  return law.E + law.A / parameters ** law.alpha + law.B / tokens ** law.beta;
}

/**
 * The contour L(N,D) = level, exactly: with r = level - E, the model's share t of the excess loss gives
 * N = (A/(t r))^(1/alpha) and the data's share 1 - t gives D = (B/((1 - t) r))^(1/beta). Points run from small N (t -> 1)
 * to large, dense enough along both asymptotes. Empty when level <= E: no model reaches it.
 */
export function contour(
  law: ChinchillaConstants,
  level: number,
  points = 240,
): { parameters: number; tokens: number }[] {
  const excess = level - law.E;
  if (!(excess > 0)) return [];
  return Array.from({ length: points }, (_, index) => {
    const logit = 9 - (18 * index) / (points - 1);
    const share = 1 / (1 + Math.exp(-logit));
    const rest = 1 / (1 + Math.exp(logit));
    return {
      parameters: (law.A / (share * excess)) ** (1 / law.alpha),
      tokens: (law.B / (rest * excess)) ** (1 / law.beta),
    };
  });
}

/** About `count` levels across the given losses, geometric in the excess over E so that contours stand evenly. */
export function contourLevels(law: ChinchillaConstants, losses: readonly number[], count: number): number[] {
  const excess = losses.map((loss) => loss - law.E).filter((value) => value > 0);
  if (excess.length === 0) return [];
  const low = Math.min(...excess) * 0.97;
  const high = Math.max(...excess);
  const levels = Array.from({ length: count }, (_, index) => {
    const level = law.E + low * (high / low) ** (index / Math.max(1, count - 1));
    // Two decimals, as they are labelled: a label must not name another contour than its own.
    return Math.round(level * 100) / 100;
  });
  return [...new Set(levels)].filter((level) => level > law.E);
}

/** FLOPs per training token as a function of N: log-log between the given sizes, proportional to N beyond them; 6N if none. */
export function flopsPerTokenOf(
  table: readonly { readonly parameters: number; readonly flops: number }[] | undefined,
): (parameters: number) => number {
  const sorted = [...(table ?? [])].sort((a, b) => a.parameters - b.parameters);
  const first = sorted[0];
  const last = sorted.at(-1);
  if (!first || !last) return (parameters) => 6 * parameters;
  return (parameters) => {
    if (parameters <= first.parameters) return first.flops * (parameters / first.parameters);
    if (parameters >= last.parameters) return last.flops * (parameters / last.parameters);
    const above = sorted.findIndex((row) => row.parameters >= parameters);
    const right = sorted[above] ?? last;
    const left = sorted[above - 1] ?? first;
    const share = Math.log(parameters / left.parameters) / Math.log(right.parameters / left.parameters);
    return left.flops * (right.flops / left.flops) ** share;
  };
}
