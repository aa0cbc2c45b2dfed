import type { NewtonResult } from "../numerics/boundedNewton.js";
import { warnBy } from "../statements/made.js";
import { rowSentences } from "../statements/rows.js";
import { jacobianAt, type LawProblem, lawObjective, lawProblem } from "./lawObjective.js";
import { inputScales, outputScale, ratio } from "./lawRows.js";
import { conditionsAt } from "./newtonConditions.js";
import { objectiveRise95 } from "./objectiveRise.js";
import type { FitResult, FitWarning } from "./result.js";

const warn = /* @__PURE__ */ warnBy(rowSentences);

/** Local minima listed at most. */
const MOST_BASINS = 5;
/**
 * Well-planned data of every law here give a condition number below 3e3, two breaks in one curve 1e5, D always at 20 N 1e6
 * and more: then some direction of the parameters is a thousand times less certain than another.
 */
const ILL_CONDITIONED = 1e6;
/** A variable that moves no prediction by more than this share is not in the data. */
const UNSEEN = 1e-4;

interface Examined {
  readonly diagnostics: FitResult["diagnostics"];
  readonly warnings: readonly FitWarning[];
  readonly basins: readonly { readonly objective: number; readonly parameters: Readonly<Record<string, number>> }[];
}

/** What can be said of a search after it: how flat, how well conditioned, at which bounds, and beside which minima. */
export function examine(
  problem: LawProblem,
  results: readonly NewtonResult[],
  delta: number,
  objective: (x: readonly number[]) => number,
): Examined {
  const { space, rows } = problem;
  const best = results[0]!;
  const once = new Float64Array(rows.length).fill(1);
  const { relativeGradient, atBound } = conditionsAt(lawObjective(problem, once, delta, false), best.x);
  const label = (k: number) => space.members[k]!.join(" = ");
  const parameters = space.toParameters(best.x);

  const condition = conditionNumber(problem, parameters, delta);
  const basins = distinctMinima(results).map((result) => ({
    objective: objective(result.x),
    parameters: space.toParameters(result.x),
  }));
  const unseen = unseenVariables(problem, best.x).filter((k) => !atBound[k]);
  const threshold = objectiveRise95(problem, best.x, delta);
  const rivals = distinctMinima(results)
    .slice(1)
    .filter((result) => result.value - best.value <= threshold);
  const rival = rivals[0] && space.toParameters(rivals[0].x);
  return {
    diagnostics: {
      relativeGradient,
      ...(Number.isFinite(condition) && { conditionNumber: condition }),
      parametersAtBounds: atBound.flatMap((at, k) => (at ? [label(k)] : [])).join(", "),
      startsAtOptimum: results.filter((r) => same(r.value, best.value)).length,
      basins: basins.length,
    },
    warnings: [
      ...atBound.flatMap((at, k) =>
        at ? [warn("parameter-at-bound/rows", { name: label(k), value: parameters[space.members[k]![0]!]! })] : [],
      ),
      ...unseen.map((k) => warn("parameter-at-bound/unseen", { name: label(k) })),
      ...(condition > ILL_CONDITIONED ? [warn("ill-conditioned/rows", { condition })] : []),
      ...(rival
        ? [
            warn("second-basin/rows", {
              constants: rival,
              objective: objective(rivals[0]!.x),
              own: objective(best.x),
            }),
          ]
        : []),
    ],
    basins,
  };
}

function same(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.abs(b) + 1e-18;
}

/** Converged results of different objectives, best first; descents that stopped half way are no minima. */
function distinctMinima(results: readonly NewtonResult[]): NewtonResult[] {
  const minima: NewtonResult[] = [];
  for (const result of results) {
    if (!result.converged && minima.length > 0) continue;
    if (minima.length < MOST_BASINS && !minima.some((m) => same(m.value, result.value))) minima.push(result);
  }
  return minima;
}

/** Of the Gauss-Newton matrix with unit diagonal, inputs and output counted in units of their own size. */
function conditionNumber(problem: LawProblem, parameters: Readonly<Record<string, number>>, delta: number): number {
  const { law, space, rows } = problem;
  const scales = inputScales(law, rows);
  const level = outputScale(law, rows);
  const inverse = ratio(Object.fromEntries(Object.keys(scales).map((name) => [name, 1])), scales);
  const scaledRows = rows.map((row) => ({ ...row, inputs: ratio(row.inputs, scales), y: row.y / level }));
  const scaled = lawProblem(law, space, scaledRows);
  const x = space.toVariables(law.rescale(parameters, inverse, 1 / level));
  return conditionsAt(lawObjective(scaled, new Float64Array(rows.length).fill(1), delta, false), x).conditionNumber;
}

/** Variables by which no prediction moves: logarithms by their own change, others by a change of their own size. */
function unseenVariables(problem: LawProblem, x: readonly number[]): number[] {
  const n = x.length;
  const jacobian = jacobianAt(problem, x);
  const level = problem.law.residuals === "log" ? 1 : outputScale(problem.law, problem.rows);
  return x.flatMap((v, k) => {
    let most = 0;
    for (let i = 0; i < problem.rows.length; i++) most = Math.max(most, Math.abs(jacobian[i * n + k]!));
    const reach = problem.space.logarithmic[k] ? 1 : Math.abs(v) || 1;
    return (most * reach) / level < UNSEEN ? [k] : [];
  });
}
