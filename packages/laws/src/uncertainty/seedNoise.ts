import { IsoflopError } from "../error.js";
import type { RunRecord } from "../record.js";
import type { SeedNoise } from "./bootstrap.js";

/** Degrees of freedom behind each point of an estimate: an sd from eight has a standard error of a quarter of itself. */
const POOLED_DEGREES = 8;

/**
 * Noise from seed to seed, from replicates: runs equal in N, D, unique tokens, C and budget with seeds that differ. Variances of ln loss
 * are pooled over replicate groups next to each other in loss, eight degrees of freedom at a time, so that noise may
 * depend on the loss, as it does in Porian et al. 2024, without resting on two or three seeds. Undefined when no two runs
 * are replicates.
 */
export function estimateSeedNoise(records: readonly RunRecord[]): SeedNoise | undefined {
  const designs = new Map<string, Map<number, number>>();
  for (const { parameters, tokens, uniqueTokens, flops, budget, seed, loss } of records) {
    if (seed === undefined) continue;
    const key = `${parameters}/${tokens}/${uniqueTokens}/${flops}/${budget}`;
    const seeds = designs.get(key) ?? new Map<number, number>();
    // The same seed twice is a copy, or a checkpoint's twin: no second draw of the noise.
    if (!seeds.has(seed)) seeds.set(seed, Math.log(loss));
    designs.set(key, seeds);
  }
  const groups = [...designs.values()]
    .filter((seeds) => seeds.size >= 2)
    .map((seeds) => spread([...seeds.values()]))
    .sort((p, q) => p.centre - q.centre);
  if (groups.length === 0) return undefined;

  const pools: { degrees: number; squares: number; level: number }[] = [];
  for (const { centre, squares, degrees } of groups) {
    let pool = pools.at(-1);
    if (!pool || pool.degrees >= POOLED_DEGREES) {
      pool = { degrees: 0, squares: 0, level: 0 };
      pools.push(pool);
    }
    pool.squares += squares;
    pool.level += degrees * centre;
    pool.degrees += degrees;
  }
  // What is left over at the end joins the pool before it.
  const last = pools.at(-1)!;
  const before = pools.at(-2);
  if (before && last.degrees < POOLED_DEGREES) {
    before.degrees += last.degrees;
    before.squares += last.squares;
    before.level += last.level;
    pools.pop();
  }
  return pools.map(({ degrees, squares, level }) => {
    const loss = Math.exp(level / degrees);
    return { loss, sd: loss * Math.sqrt(squares / degrees) };
  });
}

function spread(logLosses: readonly number[]) {
  const centre = logLosses.reduce((sum, v) => sum + v, 0) / logLosses.length;
  const squares = logLosses.reduce((sum, v) => sum + (v - centre) ** 2, 0);
  return { centre, squares, degrees: logLosses.length - 1 };
}

/** Standard deviation of the loss, nats per token, at a loss: ln sd linear in ln loss, constant beyond the ends. */
export function noiseAt(noise: SeedNoise, loss: number): number {
  const first = noise[0]!;
  const last = noise.at(-1)!;
  if (loss <= first.loss) return first.sd;
  if (loss >= last.loss) return last.sd;
  let above = 1;
  while (noise[above]!.loss < loss) above++;
  const low = noise[above - 1]!;
  const high = noise[above]!;
  const share = Math.log(loss / low.loss) / Math.log(high.loss / low.loss);
  // A zero has no logarithm.
  if (low.sd === 0 || high.sd === 0) return low.sd + share * (high.sd - low.sd);
  return Math.exp((1 - share) * Math.log(low.sd) + share * Math.log(high.sd));
}

/**
 * The noise given, checked, or else estimated.
 * @throws IsoflopError "bad-noise" for an empty, unordered or negative table; "no-replicates" where there is nothing to
 * estimate it from
 */
export function seedNoiseOf(records: readonly RunRecord[], given?: SeedNoise): SeedNoise {
  if (given) {
    const fault = given.findIndex(
      ({ loss, sd }, i) => !(loss > 0 && sd >= 0 && Number.isFinite(sd) && (i === 0 || loss > given[i - 1]!.loss)),
    );
    if (given.length > 0 && fault < 0) return given;
    throw new IsoflopError({
      code: "bad-noise",
      message:
        given.length === 0 ? "The seed noise is an empty table." : `Point ${fault + 1} of the seed noise is bad.`,
      hint: "Give { loss, sd } pairs, ascending in loss, each sd in nats per token and not negative.",
    });
  }
  const estimate = estimateSeedNoise(records);
  if (estimate) return estimate;
  throw new IsoflopError({
    code: "no-replicates",
    message: "Resampling over seed noise needs the noise, and no two runs differ in their seed alone.",
    hint: "Train a second seed of some runs (with a seed column), give the noise, or resample over rows.",
  });
}
