import { leastSquares } from "../numerics/leastSquares.js";
import type { RunRecord } from "../record.js";

/** C may differ by this factor within a budget before the parabola gets a term in ln C. */
export const EVEN_COMPUTE = 1.02;
/** The share of the variance of ln C that ln N must leave unexplained: otherwise the two cannot be told apart. */
const OWN_COMPUTE = 0.25;
/** Distinct sizes that the term in ln C needs: four coefficients, and one more to see a misfit by. */
const SIZES_FOR_COMPUTE_TERM = 5;

/** One budget's sizes: what of a profile does not depend on its losses. */
export interface ProfileDesign {
  /** ln N of every run. */
  readonly logN: Float64Array;
  readonly low: number;
  readonly high: number;
  /** Distinct sizes. */
  readonly sizes: number;
  /** Largest C over smallest C. */
  readonly computeSpan: number;
  /** Whether the parabola has a term in ln C, because C is uneven; the parabola is then that at the mean ln C. */
  readonly computeTerm: boolean;
  /** How far each run pulls its own fitted value. */
  readonly leverages: readonly number[];
  readonly degreesOfFreedom: number;
  /** Coefficients of 1, t, t^2 (t from -1 to 1 over the sizes) and of the term in ln C, where there is one. */
  coefficients(values: ArrayLike<number>, weights?: ArrayLike<number>): readonly number[] | undefined;
  /** Value of such coefficients for run i, term in ln C included. */
  fitted(coefficients: readonly number[], i: number): number;
  /** C and D at a size: exact for equal C = 6ND, and a smooth of rounded step counts or of other conventions otherwise. */
  at(logN: number): { readonly flops: number; readonly tokens: number };
  /** 1, t, t^2, and ln C less its mean where there is a term in it: one value a run. */
  readonly columns: readonly Float64Array[];
  /** t = (ln N - centre) / scale. */
  readonly centre: number;
  readonly scale: number;
  /** (X'X)^-1 of 1, t, t^2 (and the term in ln C). */
  readonly covariance: readonly (readonly number[])[];
}

/** The design of one budget; undefined with fewer than three distinct sizes. */
export function designProfile(
  records: readonly Pick<RunRecord, "parameters" | "tokens" | "flops">[],
): ProfileDesign | undefined {
  const logN = Float64Array.from(records, (r) => Math.log(r.parameters));
  const logC = Float64Array.from(records, (r) => Math.log(r.flops));
  const sizes = new Set(logN).size;
  if (sizes < 3) return undefined;
  const [low, high] = rangeOf(logN);
  const [leastC, mostC] = rangeOf(logC);
  const centre = (low + high) / 2;
  const scale = (high - low) / 2;
  const meanC = logC.reduce((sum, value) => sum + value, 0) / logC.length;
  const t = logN.map((value) => (value - centre) / scale);
  const parabola = [new Float64Array(t.length).fill(1), t, t.map((value) => value ** 2)];
  const withCompute = [...parabola, logC.map((value) => value - meanC)];
  const zero = new Float64Array(t.length);
  const uneven = mostC - leastC > Math.log(EVEN_COMPUTE) && sizes >= SIZES_FOR_COMPUTE_TERM;
  const four =
    uneven && ownShare(parabola, withCompute[3]!) > OWN_COMPUTE ? leastSquares(withCompute, zero) : undefined;
  const columns = four ? withCompute : parabola;
  const regression = four ?? leastSquares(parabola, zero);
  if (!regression) return undefined;
  const covariance = regression.unscaledCovariance;
  const row = (i: number) => columns.map((column) => column[i]!);
  const projection = covariance.map((line) =>
    Float64Array.from(t, (_, i) => line.reduce((sum, value, j) => sum + value * columns[j]![i]!, 0)),
  );
  const project = (values: ArrayLike<number>) => projection.map((line) => dot(line, values));
  const [flops, tokens] = [project(logC), project(records.map((r) => Math.log(r.tokens)))];
  const quadratic = (c: readonly number[], at: number) => c[0]! + at * (c[1]! + at * c[2]!);
  return {
    logN,
    low,
    high,
    sizes,
    columns,
    centre,
    scale,
    covariance,
    computeSpan: Math.exp(mostC - leastC),
    computeTerm: four !== undefined,
    leverages: projectionDiagonal(projection, columns),
    degreesOfFreedom: records.length - columns.length,
    coefficients: (values, weights) =>
      weights ? leastSquares(columns, values, weights)?.coefficients : project(values),
    fitted: (coefficients, i) => dot(coefficients, row(i)),
    at: (value) => {
      const x = (value - centre) / scale;
      return { flops: Math.exp(quadratic(flops, x)), tokens: Math.exp(quadratic(tokens, x)) };
    },
  };
}

/** Share of a centred column's variance that the others do not explain. */
function ownShare(columns: readonly Float64Array[], column: Float64Array): number {
  return (leastSquares(columns, column)?.residualSum ?? 0) / dot(column, column);
}

function projectionDiagonal(projection: readonly Float64Array[], columns: readonly Float64Array[]): number[] {
  return Array.from(projection[0]!, (_, i) => projection.reduce((sum, line, j) => sum + line[i]! * columns[j]![i]!, 0));
}

function rangeOf(values: Float64Array): readonly [low: number, high: number] {
  return values.reduce<[number, number]>(
    ([a, b], v) => [Math.min(a, v), Math.max(b, v)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
