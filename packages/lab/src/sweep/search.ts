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
  /** Distinct values, ascending. */
  readonly trials: readonly Trial[];
  /** The least loss is at the end of what was tried. */
  readonly atEdge: boolean;
}

export interface SearchOptions {
  readonly start: number;
  /** Tries values at a time: those of one call may run side by side. */
  readonly evaluate: (values: readonly number[]) => Promise<readonly Trial[]>;
  /** At least three. */
  readonly maxTrials: number;
}

/** Steps are half octaves: factors of the square root of two. */
const OCTAVE = 2;
/** Two-sided 95 % quantiles of Student's t, for the one or two degrees of freedom that four or five losses leave a parabola. */
const STUDENT: Readonly<Record<number, number>> = { 1: 12.706, 2: 4.303 };

/**
 * The least loss over a positive value, on a logarithmic scale: octaves outwards from the start until the best has a worse
 * one on either side, then half an octave to both sides of the best, then the vertex of a parabola in ln(value) through the
 * losses within an octave of the best. A loss is flat about its minimum, so that an error of a quarter of an octave costs
 * little (dev/LOG.md has both curves).
 */
export async function searchMinimum({ start, evaluate, maxTrials }: SearchOptions): Promise<Minimum> {
  const tried = new Map<number, Trial>();
  const attempt = async (steps: readonly number[]) => {
    const fresh = steps.filter((step) => !tried.has(step));
    const trials = await evaluate(fresh.map((step) => rounded(start * 2 ** (step / OCTAVE))));
    fresh.forEach((step, i) => {
      const trial = trials[i];
      if (trial !== undefined) tried.set(step, trial);
    });
  };
  const best = () => [...tried].reduce((a, b) => (b[1].loss < a[1].loss ? b : a))[0];
  await attempt([-OCTAVE, 0, OCTAVE]);
  for (;;) {
    const outwards = [best() - OCTAVE, best() + OCTAVE].filter((step) => !tried.has(step));
    if (outwards.length === 0 || tried.size >= maxTrials) break;
    await attempt(outwards.slice(0, maxTrials - tried.size));
  }
  const refined = [best() - 1, best() + 1];
  if (tried.size + refined.length <= maxTrials) await attempt(refined);
  return minimumOf([...tried.values()]);
}

/** The minimum by the trials alone. */
function minimumOf(all: readonly Trial[]): Minimum {
  const trials = [...new Map(all.map((trial) => [trial.at, trial])).values()].sort((a, b) => a.at - b.at);
  const place = trials.reduce((least, { loss }, i) => (loss < (trials[least]?.loss ?? 0) ? i : least), 0);
  const best = trials[place] ?? { at: Number.NaN, loss: Number.NaN };
  const atEdge = place === 0 || place === trials.length - 1;
  const near = trials.filter(({ at, loss }) => Number.isFinite(loss) && Math.abs(Math.log2(at / best.at)) < 1.01);
  const found = { value: best.at, trials, atEdge };
  const vertex = atEdge || near.length < 3 ? undefined : parabolaVertex(near, best.at);
  // Beyond its neighbours the vertex would contradict the trials themselves.
  if (vertex === undefined || Math.abs(vertex.x) > Math.log(2)) return found;
  const value = (x: number) => rounded(best.at * Math.exp(x));
  const { x, halfWidth } = vertex;
  if (halfWidth === undefined) return { ...found, value: value(x) };
  return { ...found, value: value(x), interval95: [value(x - halfWidth), value(x + halfWidth)] };
}

/** Least-squares parabola of loss over x = ln(at / centre): its vertex, with a 95 % interval by the delta method where its bend is significant. */
function parabolaVertex(
  trials: readonly Trial[],
  centre: number,
): { readonly x: number; readonly halfWidth: number | undefined } | undefined {
  const rows = trials.map(({ at, loss }) => ({ x: Math.log(at / centre), loss }));
  // Orthogonal polynomials of degree 0, 1, 2 over these x: coefficients and variances need no matrix.
  const mean = average(rows.map(({ x }) => x));
  const p1 = rows.map(({ x }) => x - mean);
  const skew =
    dot(
      p1,
      p1.map((p) => p * p),
    ) / dot(p1, p1);
  const square = dot(p1, p1) / rows.length;
  const p2 = p1.map((p) => p * p - skew * p - square);
  const losses = rows.map(({ loss }) => loss);
  const level = average(losses);
  const slope = dot(p1, losses) / dot(p1, p1);
  const bend = dot(p2, losses) / dot(p2, p2);
  if (!(bend > 0)) return undefined;
  // level + slope p + bend (p² - skew p - square) is least at p = skew / 2 - slope / (2 bend).
  const x = mean + skew / 2 - slope / (2 * bend);
  const freedom = rows.length - 3;
  const t = STUDENT[freedom];
  if (t === undefined) return { x, halfWidth: undefined };
  const residuals = losses.map((loss, i) => loss - level - slope * (p1[i] ?? 0) - bend * (p2[i] ?? 0));
  const variance = dot(residuals, residuals) / freedom;
  const slopeVariance = variance / dot(p1, p1);
  const bendVariance = variance / dot(p2, p2);
  if (bend < t * Math.sqrt(bendVariance)) return { x, halfWidth: undefined };
  const vertexVariance = slopeVariance / (4 * bend ** 2) + (slope ** 2 * bendVariance) / (4 * bend ** 4);
  return { x, halfWidth: t * Math.sqrt(vertexVariance) };
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const rounded = (value: number) => Number(value.toPrecision(3));
