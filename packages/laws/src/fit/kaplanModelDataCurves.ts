import { checkBudget } from "../forecast/forecast.js";
import { kaplanModelData } from "../laws/kaplanModelData.js";
import { minimiseBounded, type NewtonProblem } from "../numerics/boundedNewton.js";
import type { RunRecord } from "../record.js";
import { clustersOf } from "../uncertainty/resampling.js";
import { type SearchOfResiduals, searchCurve } from "./heldSearchCurves.js";
import type { KaplanModelDataFit } from "./kaplanModelData.js";
import { fromKaplan, kaplanProblem, toKaplan } from "./kaplanModelDataFit.js";
import type { LikelihoodCurve, LikelihoodCurveOptions } from "./likelihoodCurve.js";
import { parametricData } from "./parametricData.js";

/** The search's variables: alphaN, alphaD, and what Nc and Dc make of them (kaplanModelDataFit.ts). */
const VARIABLES = 4;

/** A quantity in the place of one variable of the search: a likelihood does not mind in which variables it is written. */
interface Coordinate {
  readonly name: string;
  /** The variable whose place it takes. */
  readonly variable: number;
  readonly bounds: readonly [low: number, high: number];
  /** The coordinate at the optimum. */
  readonly at: number;
  /** The variable, by the coordinate and the other variables. */
  variableOf(u: ArrayLike<number>): number;
  value(v: number): number;
}

/**
 * Profiles of Kaplan's L(N, D): of its four parameters, of the exponent a, and of N_opt where a budget is given.
 * @param records the ones that were fitted
 * @throws IsoflopError "bad-budget"
 */
export function kaplanModelDataCurves(
  fit: KaplanModelDataFit,
  records: readonly RunRecord[],
  { steps, flops }: LikelihoodCurveOptions = {},
): Record<string, LikelihoodCurve> {
  if (flops !== undefined) checkBudget(flops);
  const data = parametricData(records);
  const problem = kaplanProblem(data, new Float64Array(records.length).fill(1));
  const { x: best, value: least } = minimiseBounded(problem, fromKaplan(data, fit.parameters));
  const clusters = clustersOf(records);
  const { coefficient: k, exponent: q } = fit.compute;
  const { Nc, Dc, alphaN, alphaD } = toKaplan(data, best);
  const free = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
  const own = (variable: number) => ({
    variable,
    bounds: [problem.lower[variable]!, problem.upper[variable]!] as const,
    at: best[variable]!,
    variableOf: (u: ArrayLike<number>) => u[variable]!,
    value: asIs,
  });
  /** p = alphaN (ln Nc - its centre), less the centre of ln L; q = alphaD (ln Dc - its centre) likewise. */
  const scaled = (exponent: number, log: number, centre: number) => exponent * (log - centre) - data.centreLoss;
  const logDc = (u: ArrayLike<number>) => (u[3]! + data.centreLoss) / u[1]! + data.centreD;
  const coordinates: Coordinate[] = [
    {
      name: "Nc",
      variable: 2,
      bounds: free,
      at: Math.log(Nc),
      variableOf: (u) => scaled(u[0]!, u[2]!, data.centreN),
      value: Math.exp,
    },
    {
      name: "Dc",
      variable: 3,
      bounds: free,
      at: Math.log(Dc),
      variableOf: (u) => scaled(u[1]!, u[3]!, data.centreD),
      value: Math.exp,
    },
    { name: "alphaN", ...own(0) },
    { name: "alphaD", ...own(1) },
    {
      name: "a",
      variable: 1,
      bounds: [1e-6, (1 - 1e-6) / q],
      at: alphaD / (alphaN + q * alphaD),
      // a = alphaD / (alphaN + q alphaD).
      variableOf: (u) => (u[1]! * u[0]!) / (1 - q * u[1]!),
      value: asIs,
    },
    ...(flops === undefined
      ? []
      : [
          {
            name: "N_opt",
            variable: 2,
            bounds: free,
            at: Math.log(kaplanModelData.optimum({ Nc, Dc, alphaN, alphaD }, flops, fit.compute).parameters),
            // N_opt^(r + q) = r Nc^r C / (q k Dc), r = alphaN / alphaD.
            variableOf: (u: ArrayLike<number>) => {
              const r = u[0]! / u[1]!;
              const log = ((r + q) * u[2]! + Math.log((q * k) / (r * flops)) + logDc(u)) / r;
              return scaled(u[0]!, log, data.centreN);
            },
            value: Math.exp,
          },
        ]),
  ];
  return Object.fromEntries(
    coordinates.flatMap((coordinate): [string, LikelihoodCurve][] => {
      const { variable, at, value } = coordinate;
      const within = inCoordinate(problem, coordinate);
      const search: SearchOfResiduals = {
        best: best.map((v, i) => (i === variable ? at : v)),
        least,
        lower: within.lower,
        upper: within.upper,
        minimise: (lower, upper, from) => minimiseBounded({ ...within, lower, upper }, from, { maxIterations: 100 }),
        residuals: (u) => {
          const p = toKaplan(data, variablesOf(coordinate, u));
          return Float64Array.from(records, ({ parameters, tokens, loss }) =>
            Math.log(kaplanModelData.loss(p, parameters, tokens) / loss),
          );
        },
        delta: Number.POSITIVE_INFINITY,
        clusters,
      };
      const curve = searchCurve(search, { variable, value }, steps);
      return curve === undefined ? [] : [[coordinate.name, curve]];
    }),
  );
}

const asIs = (v: number): number => v;

function variablesOf({ variable, variableOf }: Coordinate, u: ArrayLike<number>): Float64Array {
  const v = Float64Array.from(u);
  v[variable] = variableOf(u);
  return v;
}

/** The problem in other variables: gradient and Gauss-Newton matrix by the chain rule. */
function inCoordinate(problem: NewtonProblem, coordinate: Coordinate): NewtonProblem {
  const { variable, variableOf, bounds } = coordinate;
  const replaced = (values: readonly number[], by: number) => values.map((v, i) => (i === variable ? by : v));
  const outer = new Float64Array(VARIABLES);
  const matrix = new Float64Array(VARIABLES * VARIABLES);
  /** d(variable) / d(u), by central differences of a closed form. */
  const slopes = (u: Float64Array): number[] =>
    Array.from({ length: VARIABLES }, (_, i) => {
      const step = 1e-6 * Math.max(1e-3, Math.abs(u[i]!));
      const moved = (by: number) => variableOf(u.map((v, j) => (j === i ? v + by : v)));
      return (moved(step) - moved(-step)) / (2 * step);
    });
  return {
    lower: replaced(problem.lower, bounds[0]),
    upper: replaced(problem.upper, bounds[1]),
    value: (u) => problem.value(variablesOf(coordinate, u)),
    derivatives(u, gradient, hessian, metric) {
      const value = problem.derivatives(variablesOf(coordinate, u), outer, matrix, metric);
      const slope = slopes(u);
      // Row i of d(v) / d(u): the unit row, but for the variable that is replaced.
      const by = (i: number, j: number): number => (i === variable ? slope[j]! : i === j ? 1 : 0);
      for (let a = 0; a < VARIABLES; a++) {
        gradient[a] = 0;
        for (let i = 0; i < VARIABLES; i++) gradient[a] = gradient[a]! + by(i, a) * outer[i]!;
        for (let b = 0; b < VARIABLES; b++) {
          let sum = 0;
          for (let i = 0; i < VARIABLES; i++)
            for (let j = 0; j < VARIABLES; j++) sum += by(i, a) * matrix[i * VARIABLES + j]! * by(j, b);
          hessian[a * VARIABLES + b] = sum;
        }
      }
      metric.set(hessian);
      return value;
    },
  };
}
