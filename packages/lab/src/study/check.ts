import { formatCount, formatFlops } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import type { Study } from "./schema.js";

/** Something about a design that will weaken its answer, said before the compute is spent. */
export interface DesignWarning {
  readonly code: string;
  readonly message: string;
}

/** Fewer steps than this, and warm-up and decay are most of what a run is. */
const FEW_STEPS = 50;

/** Warnings for a design that can run but will not tell much. */
export function checkDesign(study: Study, runs: readonly RunSpec[]): DesignWarning[] {
  const warnings: DesignWarning[] = [];
  const warn = (code: string, message: string) => warnings.push({ code, message });
  const { budgets } = study.design;
  const [low, high] = [Math.min(...budgets), Math.max(...budgets)];
  if (budgets.length < 3) {
    warn(
      "design-few-budgets",
      `${budgets.length} budgets: a power law through their minima cannot be checked; take five or more.`,
    );
  }
  if (high / low < 10) {
    warn(
      "design-narrow",
      `The budgets span a factor of ${(high / low).toPrecision(2)} of compute; exponents from less than a factor of 10 mean little.`,
    );
  }
  const short = runs.filter((run) => run.steps < FEW_STEPS);
  const shortest = short.reduce<RunSpec | undefined>(
    (a, b) => (a === undefined || b.steps < a.steps ? b : a),
    undefined,
  );
  if (shortest !== undefined) {
    warn(
      "design-few-steps",
      `${short.length} runs take fewer than ${FEW_STEPS} steps (${shortest.name}: ${shortest.steps}); raise the budgets or lower hyperparameters.batch.`,
    );
  }
  for (const budget of study.holdout.budgets) {
    if (budget < 3 * high) {
      warn(
        "holdout-near",
        `The hold-out budget ${formatFlops(budget)} is ${(budget / high).toPrecision(2)} times the largest one fitted (${formatFlops(high)}); a forecast over less than a factor of 3 proves little.`,
      );
    }
  }
  for (const run of runs) {
    const off = run.budget === undefined ? 0 : (run.tokens * run.flopsPerToken[run.convention]) / run.budget - 1;
    if (Math.abs(off) > 0.02) {
      warn(
        "design-rounding",
        `Run ${run.name} spends ${(100 * (1 + off)).toFixed(0)} % of its budget: ${run.steps} batches of ${formatCount(run.batch.tokens)} tokens are the nearest.`,
      );
    }
  }
  return warnings;
}
