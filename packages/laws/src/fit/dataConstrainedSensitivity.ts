import type { DataConstrainedParameters } from "../laws/dataConstrained.js";
import { decayOfScale } from "../laws/forms/repetition.js";
import { standardDeviation } from "../numerics/statistics.js";
import type { RunRecord } from "../record.js";
import { type BootstrapDraws, FEWEST_DRAWS } from "../uncertainty/bootstrap.js";
import { repetitionData } from "./dataConstrainedProblem.js";
import { dataConstrainedSolver, type Minimum, type SolverChoices } from "./dataConstrainedSolver.js";
import { type BudgetShift, chanceOf, type DeltaShift } from "./shifts.js";
import { largerBudgets, leftOut } from "./smallestBudget.js";

/** Where R_D* and R_N* go with Huber's delta, and without the runs of the smallest budget; as decays, 1/(1 + R*). */
export interface DataConstrainedSensitivity {
  readonly delta: readonly DeltaShift[];
  readonly budget: readonly BudgetShift[];
  readonly smallestBudget?: number;
}

/**
 * From the fit's own minimum. The decay 1/(1 + R*) is compared instead of R*: it stays finite where nothing decays.
 */
export function dataConstrainedSensitivity(
  records: readonly RunRecord[],
  choices: SolverChoices,
  best: Minimum,
  draws: BootstrapDraws,
): DataConstrainedSensitivity {
  const { freed, loss, delta, joint } = choices;
  const data = repetitionData(records);
  const own = dataConstrainedSolver(data, choices);
  const error = (name: "RD" | "RN") => {
    const column = draws.names.indexOf(name);
    if (draws.rows.length < FEWEST_DRAWS) return undefined;
    return standardDeviation(draws.rows.map((row) => decayOfScale(row[column]!)));
  };
  const refitted = (of: typeof data, changed: SolverChoices) => {
    const solver = dataConstrainedSolver(of, changed);
    const once = new Float64Array(of.logLoss.length).fill(1);
    return { solver, parameters: solver.refit(best.parameters, [best], once, of.logLoss).parameters };
  };
  const decay = (p: DataConstrainedParameters, name: "RD" | "RN") => decayOfScale(p[name]);
  const described = (name: "RD" | "RN") => ({
    key: `${name}Decay`,
    name: `1/(1 + ${name})`,
    value: decay(best.parameters, name),
  });

  const [smaller, larger] = [0.1, 10].map((by) => refitted(data, { ...choices, delta: delta * by }).parameters) as [
    DataConstrainedParameters,
    DataConstrainedParameters,
  ];
  const deltaShifts =
    loss === "huber"
      ? freed.map((name) => ({
          ...described(name),
          standardError: error(name),
          smaller: decay(smaller, name),
          larger: decay(larger, name),
        }))
      : [];

  const left = largerBudgets(records, 2 * ((joint ? 5 : 0) + freed.length));
  const rest = left && records.filter((_, i) => left.keeps[i]);
  if (!left || !rest?.some((r) => (r.uniqueTokens ?? r.tokens) < r.tokens)) return { delta: deltaShifts, budget: [] };
  const without = refitted(repetitionData(rest), choices);
  const [all, few] = [own.conditions(best.parameters), without.solver.conditions(without.parameters)];
  const size = (joint ? 5 : 0) + 2;
  const budget = freed.map((name): BudgetShift => {
    const along = Array.from({ length: size }, (_, k) => (k === size - (name === "RD" ? 2 : 1) ? 1 : 0));
    const ratio = few.variance(along) / all.variance(along);
    return {
      ...described(name),
      without: leftOut(left),
      changed: decay(without.parameters, name),
      chance: chanceOf(error(name), ratio),
    };
  });
  return { delta: deltaShifts, budget, smallestBudget: left.budget };
}
