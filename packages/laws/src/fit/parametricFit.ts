import { createRandom } from "../numerics/random.js";
import type { RunRecord } from "../record.js";
import { type ParametricData, parametricData, type ResidualLoss } from "./parametricData.js";
import { createDescent, type DescentResult, type Penalty } from "./parametricDescent.js";
import { distinctMinima, type FoundMinimum } from "./parametricDiagnostics.js";
import { hoffmannStarts, type SharedStart } from "./parametricGrid.js";
import { type FixedParameters, type ParametricModel, parametricModel } from "./parametricModel.js";
import { type Rows, rowsOf } from "./parametricObjective.js";
import { projectedStarts } from "./parametricSearch.js";

/** Which objective over which parameters: what a refit must repeat. */
export interface ParametricSetting {
  readonly loss: ResidualLoss;
  /** Huber's delta, in ln loss; without meaning for the other two. */
  readonly delta: number;
  /** In the law's own units. */
  readonly fixed: FixedParameters;
  readonly tied: boolean;
}

/** How the minimum is looked for. */
export type ParametricStarts = "projected" | "hoffmann-grid" | number;

/** The fitting problem of one set of records. */
export interface ParametricProblem {
  readonly data: ParametricData;
  readonly rows: Rows;
  readonly model: ParametricModel;
  /** Huber's delta behind the loss: Infinity for least squares, next to nothing for least absolute deviations. */
  readonly delta: number;
  descend(start: ArrayLike<number>, options?: { penalty?: Penalty; delta?: number; tolerance?: number }): DescentResult;
}

/** Least absolute deviations as the limit of a vanishing delta: |r| is then exact to half of it. */
const LAD_DELTA = 1e-9;
const PROJECTED_STARTS = 16;

export function parametricProblem(records: readonly RunRecord[], setting: ParametricSetting): ParametricProblem {
  const { loss, fixed, tied } = setting;
  const data = parametricData(records, { N: fixed.A === undefined, D: fixed.B === undefined });
  const model = parametricModel(Math.exp(data.centreLoss), fixed, tied);
  const delta = loss === "huber" ? setting.delta : loss === "lad" ? LAD_DELTA : Number.POSITIVE_INFINITY;
  return problemOf(data, model, delta);
}

function problemOf(data: ParametricData, model: ParametricModel, delta: number): ParametricProblem {
  const rows = rowsOf(data);
  const descent = createDescent(rows.count);
  return {
    data,
    rows,
    model,
    delta,
    descend: (start, options = {}) => descent(rows, start, model, options.delta ?? delta, options),
  };
}

/** Of more rows than this, a sample is searched first. */
const SAMPLE = 4000;

/** One row of each of so many stretches of equal length, at random: rows in a periodic order must not all be of a kind. */
function sampleOf({ data, model, delta }: ParametricProblem): ParametricProblem {
  const random = createRandom(0);
  const stretch = data.logN.length / SAMPLE;
  const chosen = Array.from({ length: SAMPLE }, (_, k) => Math.floor((k + random.uniform()) * stretch));
  const pick = (values: Float64Array) => Float64Array.from(chosen, (i) => values[i]!);
  const some = { ...data, logN: pick(data.logN), logD: pick(data.logD), logLoss: pick(data.logLoss) };
  return problemOf(some, model, delta);
}

/** The minima found from the starts, best first. Those of many rows are found from those of a sample. */
export function searchMinima(problem: ParametricProblem, starts: ParametricStarts = "projected"): FoundMinimum[] {
  if (problem.rows.count <= SAMPLE) return minimaFrom(problem, starts);
  const ends = minimaFrom(sampleOf(problem), starts);
  return distinctMinima(ends.map((end) => ({ result: problem.descend(end.theta), starts: end.starts })));
}

function minimaFrom(problem: ParametricProblem, starts: ParametricStarts): FoundMinimum[] {
  const { data, model } = problem;
  const grid = starts === "hoffmann-grid";
  const count = typeof starts === "number" ? starts : PROJECTED_STARTS;
  const projected = projectedStarts(data, model, count).map((theta) => ({
    result: problem.descend(theta),
    starts: grid ? 0 : 1,
  }));
  if (!grid) return distinctMinima(projected);
  // On few, noisy runs the best minimum can lie where none of the 4,500 starts leads.
  const ends = hoffmannStarts(data, model).map((start) => ({ result: polish(problem, start), starts: start.count }));
  return distinctMinima([...ends, ...projected]);
}

/** From far off, least squares leads near: its steps are long, and its valleys are the same. */
function polish(problem: ParametricProblem, start: SharedStart): DescentResult {
  const near = problem.descend(start.theta, { delta: Number.POSITIVE_INFINITY, tolerance: 1e-3 });
  return problem.descend(near.theta);
}
