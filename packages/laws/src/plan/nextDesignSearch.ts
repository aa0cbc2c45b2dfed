import type { DesignState, Weights } from "./nextDesignState.js";

/** What a design may cost and how many points it may have. */
export interface DesignLimits {
  /** FLOPs of all runs added. */
  readonly flops: number;
  /** Runs added, seeds counted. */
  readonly runs: number;
  /** Runs of a point: all its seeds, or none. */
  readonly seeds: number;
  readonly weights: Weights;
}

/**
 * Chooses runs within the limits: greedily, by gain per FLOP and by gain alone, then by exchanges (Fedorov 1972) of one point
 * for another while any improves the criterion. A local optimum: of the two starts the better.
 * @param state the runs there are; it is left as it is
 */
export function searchDesign(state: DesignState, limits: DesignLimits): DesignState {
  const designs = [true, false].map((perFlop) => {
    const design = state.copy();
    fill(design, limits, perFlop);
    exchange(design, limits);
    return { design, value: design.criterion(limits.weights) };
  });
  return designs.reduce((a, b) => (b.value < a.value ? b : a)).design;
}

/** A run that lowers the mean log variance by less is not worth the trouble of training it: a quarter per cent of the standard error. */
const WORTHWHILE = 0.005;
/** Sweeps that gain less end the search. */
const SETTLED = 1e-4;
/** Sweeps after which the search ends in any case; three or four are found to be enough. */
const MOST_SWEEPS = 12;

/** Adds points while the limits have room, each the one of largest gain (per FLOP, or by itself). */
function fill(design: DesignState, limits: DesignLimits, perFlop: boolean): void {
  for (;;) {
    const best = bestAddition(design, limits, perFlop);
    if (best === undefined) return;
    design.add(best, limits.seeds);
  }
}

function bestAddition(design: DesignState, limits: DesignLimits, perFlop: boolean): number | undefined {
  const { weights, seeds } = limits;
  const { flops, runs } = spent(design);
  if (runs + seeds > limits.runs) return undefined;
  const now = design.criterion(weights);
  let best: number | undefined;
  let most = 0;
  design.candidates.forEach((candidate, j) => {
    const cost = seeds * candidate.flops;
    if (flops + cost > limits.flops * (1 + 1e-9)) return;
    const improvement = now - design.criterion(weights, j, seeds);
    const gain = perFlop ? improvement / cost : improvement;
    if (improvement > WORTHWHILE && gain > most) [best, most] = [j, gain];
  });
  return best;
}

/** Each point in turn gives way to the best that fits in its place, until no exchange is worth it. */
function exchange(design: DesignState, limits: DesignLimits): void {
  const { weights, seeds } = limits;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    const before = design.criterion(weights);
    for (const [out, count] of design.counts.entries()) {
      if (count === 0) continue;
      design.add(out, -seeds);
      const into = bestAddition(design, limits, false);
      design.add(into ?? out, seeds);
      // A cheaper point may have made room.
      if (into !== out) fill(design, limits, false);
    }
    if (before - design.criterion(weights) < SETTLED) return;
  }
}

/** FLOPs and number of the runs added. */
export function spent(design: DesignState): { readonly flops: number; readonly runs: number } {
  let [flops, runs] = [0, 0];
  design.counts.forEach((count, j) => {
    flops += count * design.candidates[j]!.flops;
    runs += count;
  });
  return { flops, runs };
}
