/** A value as it could be tried (a batch is whole sequences), and the loss that it gave; infinite where it diverged. */
export interface Trial {
  readonly at: number;
  readonly loss: number;
}

/** Where a sweep found the least loss. */
export interface Minimum {
  readonly value: number;
  /** Absent where the losses do not determine it: too few, or hardly bent. */
  readonly interval95?: readonly [number, number];
  /** Distinct values, ascending, each with the losses of its seeds. */
  readonly trials: readonly { readonly at: number; readonly losses: readonly number[] }[];
  /** The least loss is at this end of what was tried. */
  readonly edge?: "lowest" | "highest";
}

export interface SearchOptions {
  readonly start: number;
  /** Tries values with one seed: those of one call may run side by side. */
  readonly evaluate: (values: readonly number[], seed: number) => Promise<readonly Trial[]>;
  /** At least three. */
  readonly maxTrials: number;
}

/** Steps are half octaves: factors of the square root of two. */
const OCTAVE = 2;

/**
 * The least loss over a positive value, on a logarithmic scale: octaves outwards from the start until the best has a worse
 * one on either side; half an octave to both sides of the best; those within an octave of the best once more with another
 * seed; then the vertex of a parabola in ln(value) through these. A loss is flat about its minimum, so that an error of a
 * quarter of an octave costs little (dev/LOG.md has such curves).
 */
export async function searchMinimum({ start, evaluate, maxTrials }: SearchOptions): Promise<Minimum> {
  const tried = new Map<number, Trial[]>();
  let left = maxTrials;
  const attempt = async (steps: readonly number[], seed: number) => {
    left -= steps.length;
    const trials = await evaluate(
      steps.map((step) => rounded(start * 2 ** (step / OCTAVE))),
      seed,
    );
    steps.forEach((step, i) => {
      const trial = trials[i];
      if (trial !== undefined) tried.set(step, [...(tried.get(step) ?? []), trial]);
    });
  };
  const missing = (steps: readonly number[]) => steps.filter((step) => !tried.has(step));
  const best = () => [...tried].reduce((a, b) => ((b[1][0]?.loss ?? 0) < (a[1][0]?.loss ?? 0) ? b : a))[0];
  await attempt([-OCTAVE, 0, OCTAVE], 0);
  for (;;) {
    const outwards = missing([best() - OCTAVE, best() + OCTAVE]).slice(0, left);
    if (outwards.length === 0) break;
    await attempt(outwards, 0);
  }
  const refined = missing([best() - 1, best() + 1]);
  if (refined.length <= left) await attempt(refined, 0);
  const centre = best();
  const again = [...tried.keys()].filter((step) => Math.abs(step - centre) <= OCTAVE);
  if (again.length <= left) await attempt(again, 1);
  // The second seed may have moved the best to the end of what was tried.
  for (let edge = edgeOf(tried); edge !== undefined && left >= 2; edge = edgeOf(tried)) {
    await attempt([edge], 0);
    await attempt([edge], 1);
  }
  return minimumOf([...tried.values()]);
}

/** The next half octave beyond the best of those tried with both seeds, where nothing further out was tried. */
function edgeOf(tried: ReadonlyMap<number, readonly Trial[]>): number | undefined {
  const twice = [...tried].filter(([, trials]) => trials.length === 2);
  if (twice.length === 0) return undefined;
  const loss = (trials: readonly Trial[]) => average(trials.map((trial) => trial.loss));
  const [best] = twice.reduce((a, b) => (loss(b[1]) < loss(a[1]) ? b : a));
  const steps = [...tried.keys()];
  if (best === Math.max(...steps)) return best + 1;
  return best === Math.min(...steps) ? best - 1 : undefined;
}

/** The minimum by the trials alone. */
function minimumOf(all: readonly (readonly Trial[])[]): Minimum {
  // Several values asked for may have come to one that could be tried.
  const byValue = new Map(all.flatMap((trials) => (trials[0] === undefined ? [] : [[trials[0].at, trials] as const])));
  const trials = [...byValue]
    .map(([at, own]) => ({ at, losses: own.map(({ loss }) => loss) }))
    .sort((a, b) => a.at - b.at);
  const seeds = Math.max(...trials.map(({ losses }) => losses.length));
  const mean = ({ losses }: { readonly losses: readonly number[] }) => average(losses);
  // With a second seed, only what both have seen is compared.
  const compared = trials.filter(({ losses }) => losses.length === seeds);
  const best = compared.reduce((a, b) => (mean(b) < mean(a) ? b : a));
  const edge = best === trials[0] ? "lowest" : best === trials.at(-1) ? "highest" : undefined;
  if (edge !== undefined) return { value: best.at, trials, edge };
  const near = compared.filter(
    (trial) => Number.isFinite(mean(trial)) && Math.abs(Math.log2(trial.at / best.at)) < 1.01,
  );
  const vertex = near.length < 3 ? undefined : parabolaVertex(near, best.at);
  // Further off than what was tried there, the vertex would contradict the trials.
  if (vertex === undefined || Math.abs(vertex.x) > Math.log(2)) return { value: best.at, trials };
  const value = (x: number) => rounded(best.at * Math.exp(x));
  const { x, halfWidth } = vertex;
  if (halfWidth === undefined) return { value: value(x), trials };
  return { value: value(x), interval95: [value(x - halfWidth), value(x + halfWidth)], trials };
}

/** Two-sided 95 % quantiles of Student's t for 1, 2, … degrees of freedom: as many as five values of two seeds leave. */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447] as const;

/**
 * Least-squares parabola of loss over x = ln(at / centre), with a level of its own for each seed: its vertex, with a 95 %
 * interval by the delta method where its bend is significant.
 */
function parabolaVertex(
  trials: readonly { readonly at: number; readonly losses: readonly number[] }[],
  centre: number,
): { readonly x: number; readonly halfWidth: number | undefined } | undefined {
  const xs = trials.map(({ at }) => Math.log(at / centre));
  // Orthogonal polynomials of degree 0, 1, 2 over these x: coefficients and variances need no matrix.
  const mean = average(xs);
  const p1 = xs.map((x) => x - mean);
  const squares = p1.map((p) => p * p);
  const skew = dot(p1, squares) / dot(p1, p1);
  const square = average(squares);
  const p2 = p1.map((p) => p * p - skew * p - square);
  const seeds = trials[0]?.losses.map((_, seed) => trials.map(({ losses }) => losses[seed] ?? Number.NaN)) ?? [];
  const slope = average(seeds.map((losses) => dot(p1, losses) / dot(p1, p1)));
  const bend = average(seeds.map((losses) => dot(p2, losses) / dot(p2, p2)));
  if (!(bend > 0)) return undefined;
  // level + slope p + bend (p² - skew p - square) is least at p = skew / 2 - slope / (2 bend).
  const x = mean + skew / 2 - slope / (2 * bend);
  const freedom = seeds.length * xs.length - seeds.length - 2;
  const t = STUDENT[freedom - 1];
  if (t === undefined) return { x, halfWidth: undefined };
  const residuals = seeds.flatMap((losses) =>
    losses.map((loss, i) => loss - average(losses) - slope * (p1[i] ?? 0) - bend * (p2[i] ?? 0)),
  );
  const variance = dot(residuals, residuals) / freedom / seeds.length;
  const slopeVariance = variance / dot(p1, p1);
  const bendVariance = variance / dot(p2, p2);
  if (bend < t * Math.sqrt(bendVariance)) return { x, halfWidth: undefined };
  const vertexVariance = slopeVariance / (4 * bend ** 2) + (slope ** 2 * bendVariance) / (4 * bend ** 4);
  return { x, halfWidth: t * Math.sqrt(vertexVariance) };
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const rounded = (value: number) => Number(value.toPrecision(3));
