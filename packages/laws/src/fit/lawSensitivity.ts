import { standardDeviation } from "../numerics/statistics.js";
import { type BootstrapDraws, FEWEST_DRAWS } from "../uncertainty/bootstrap.js";
import { type LawProblem, lawObjective, lawProblem } from "./lawObjective.js";
import { scaleOf } from "./lawRows.js";
import { descend } from "./lawSearch.js";
import { conditionsAt } from "./newtonConditions.js";
import type { FitResult, FitWarning } from "./result.js";
import {
  type BudgetShift,
  chanceOf,
  type DeltaShift,
  shiftDiagnostics,
  warnBudgetShift,
  warnDeltaShift,
} from "./shifts.js";
import { largerScales } from "./smallestBudget.js";

/** How the fit's last objective was taken. */
interface Sought {
  readonly best: readonly number[];
  /** Deltas of the search, from far to near; the last is the objective's. */
  readonly path: readonly number[];
  /** Whether the last is Huber's delta, of which a fit may depend. */
  readonly huber: boolean;
  readonly draws: BootstrapDraws;
}

/** Where a law's free parameters go with Huber's delta, and without the rows of the smallest budget. */
export function lawSensitivity(
  problem: LawProblem,
  sought: Sought,
): { readonly diagnostics: FitResult["diagnostics"]; readonly warnings: readonly FitWarning[] } {
  const delta = sought.huber ? deltaShifts(problem, sought) : [];
  const without = budgetShifts(problem, sought);
  return {
    diagnostics: {
      ...shiftDiagnostics(without?.shifts ?? [], delta),
      ...(without && { smallestScale: without.scale }),
    },
    warnings: [...warnDeltaShift(delta), ...warnBudgetShift(without?.shifts ?? [])],
  };
}

function deltaShifts(problem: LawProblem, { best, path, draws }: Sought): DeltaShift[] {
  const delta = path.at(-1)!;
  const once = new Float64Array(problem.rows.length).fill(1);
  const at = (factor: number) => problem.space.toParameters(descend(problem, once, best, [delta * factor], 100).x);
  const [own, smaller, larger] = [problem.space.toParameters(best), at(0.1), at(10)];
  const column = (name: string) => draws.rows.map((row) => row[draws.names.indexOf(name)]!);
  return problem.space.members.map(([name]) => ({
    key: name!,
    name: name!,
    value: own[name!]!,
    smaller: smaller[name!]!,
    larger: larger[name!]!,
    standardError: draws.rows.length < FEWEST_DRAWS ? undefined : standardDeviation(column(name!)),
  }));
}

/** Variables are compared where the search has them: amplitudes in their logarithms. */
function budgetShifts(problem: LawProblem, { best, path, draws }: Sought) {
  const { law, space, rows } = problem;
  const scale = scaleOf(law);
  const larger = largerScales(rows.map(scale.of), 2 * space.members.length);
  if (!larger) return undefined;
  const rest = lawProblem(
    law,
    space,
    rows.filter((_, i) => larger.keeps[i]),
  );
  const weights = new Float64Array(rest.rows.length).fill(1);
  const delta = path.at(-1)!;
  const { x } = descend(rest, weights, best, [delta], 200);
  const [all, few] = [
    conditionsAt(lawObjective(problem, new Float64Array(rows.length).fill(1), delta, false), best),
    conditionsAt(lawObjective(rest, weights, delta, false), x),
  ];
  const drawn = draws.rows.map((row) =>
    space.toVariables(Object.fromEntries(draws.names.map((name, k) => [name, row[k]!]))),
  );
  const [own, changed] = [space.toParameters(best), space.toParameters(x)];
  const shifts = space.members.map(([name], k): BudgetShift => {
    const along = best.map((_, i) => (i === k ? 1 : 0));
    const standardError = drawn.length < FEWEST_DRAWS ? undefined : standardDeviation(drawn.map((v) => v[k]!));
    return {
      key: name!,
      name: name!,
      value: own[name!]!,
      changed: changed[name!]!,
      chance: chanceOf(standardError, few.variance(along) / all.variance(along)),
      asRatio: space.logarithmic[k]!,
      without: { what: "smallest-rows", upTo: larger.budget, scale: scale.name },
    };
  });
  return { scale: larger.budget, shifts };
}
