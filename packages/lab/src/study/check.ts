import { formatCount, formatFlops } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import { computeRange } from "./designs/middle.js";
import { resolveParametrisation } from "./hyperparameters.js";
import { epochsOf, flopsOf } from "./runTotals.js";
import type { Study } from "./schema.js";

/** Something about a design that will weaken its answer, said before the compute is spent. */
export interface DesignWarning {
  readonly code: string;
  readonly message: string;
}

/** Fewer steps than this, and warm-up and decay are most of what a run is. */
const FEW_STEPS = 50;

/** A cosine this much longer than its run costs loss (Hoffmann et al. 2022, section 3.1 and figure A1). */
const LONG_COSINE = 1.25;
/** More of a run than this in warm-up cripples it (Porian et al. 2024, section 3.3). */
const LONG_WARMUP = 0.2;

/** Warnings for a design that can run but will not tell much. */
export function checkDesign(study: Study, runs: readonly RunSpec[]): DesignWarning[] {
  const warnings: DesignWarning[] = [];
  const warn = (code: string, message: string) => warnings.push({ code, message });
  const { design } = study;
  const { low, high } = computeRange(study, runs);
  if (design.kind === "isoflop" && design.budgets.length < 3) {
    warn(
      "design-few-budgets",
      design.budgets.length === 1
        ? "One budget: its minimum is all that it shows, no power law and no forecast; take five or more."
        : "Two budgets: a power law through their minima cannot be checked; take five or more.",
    );
  }
  if (high / low < 10 && design.kind !== "epochs" && design.kind !== "kaplan") {
    warn(
      "design-narrow",
      `The ${design.kind === "isoflop" ? "budgets" : "runs"} span a factor of ${(high / low).toPrecision(2)} of compute; exponents from less than a factor of 10 mean little.`,
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
      `${runsThat(short.length, "takes", "take")} fewer than ${FEW_STEPS} steps (${shortest.name}: ${shortest.steps}); raise the budgets or lower hyperparameters.batch.`,
    );
  }
  if (study.evaluation.earlyStopping !== undefined && (design.kind === "isoflop" || study.holdout.budgets.length > 0)) {
    warn(
      "early-stopping-budgets",
      "A run that stops early does not spend its budget: it counts with the tokens up to its least loss, off its profile, and a hold-out with fewer tokens than it was forecast for.",
    );
  }
  warnings.push(...checkSchedules(runs), ...checkRepeats(study, runs));
  const silent = study.evaluation.gradientNoise === undefined ? [] : runs.filter((run) => !run.gradientNoise);
  if (silent.length > 0) {
    warn(
      "noise-unmeasured",
      `${runsThat(silent.length, "has", "have")} batches of one sequence, which has no parts: their gradient noise is not measured.`,
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
    const off = run.budget === undefined ? 0 : flopsOf(run) / run.budget - 1;
    if (Math.abs(off) > 0.02) {
      warn(
        "design-rounding",
        `Run ${run.name} spends ${(100 * (1 + off)).toFixed(0)} % of its budget: ${run.steps} batches of ${formatCount(run.batch.tokens)} tokens are the nearest.`,
      );
    }
  }
  return warnings;
}

const runsThat = (count: number, one: string, many: string): string =>
  count === 1 ? `One run ${one}` : `${count} runs ${many}`;

/** Passes over the data that a law without repetition takes for fresh ones (Muennighoff et al. 2023, abstract: up to four cost next to nothing). */
const MANY_EPOCHS = 4;

function checkRepeats({ design }: Study, runs: readonly RunSpec[]): DesignWarning[] {
  if (design.kind === "epochs" || design.kind === "kaplan") return [];
  const worn = runs.filter((run) => epochsOf(run) > MANY_EPOCHS).sort((a, b) => epochsOf(b) - epochsOf(a));
  const [most] = worn;
  if (most === undefined) return [];
  return [
    {
      code: "design-many-epochs",
      message: `${runsThat(worn.length, "sees", "see")} their text more than ${MANY_EPOCHS} times (${most.name}: ${epochsOf(most).toPrecision(2)}): laws of fresh tokens do not hold there; fit them by --approach data-constrained, or add text.`,
    },
  ];
}

/** Schedules that do not suit their runs. */
function checkSchedules(runs: readonly RunSpec[]): DesignWarning[] {
  const warnings: DesignWarning[] = [];
  const lengths = runs.flatMap(({ name, steps, schedule }) =>
    schedule.kind === "cosine" ? [{ name, ratio: schedule.lengthSteps / steps }] : [],
  );
  const long = lengths.filter(({ ratio }) => ratio > LONG_COSINE).sort((a, b) => b.ratio - a.ratio);
  const [longest] = long;
  if (longest !== undefined) {
    warnings.push({
      code: "schedule-mismatch",
      message: `The cosine of ${long.length} ${long.length === 1 ? "run" : "runs"} is more than 25 % longer than the run (${longest.name}: ${longest.ratio.toFixed(1)} times): they end at too high a learning rate, the short ones most, which bends the exponents.`,
    });
  }
  const short = lengths.filter(({ ratio }) => ratio < 1 - 1e-9).sort((a, b) => a.ratio - b.ratio);
  const [shortest] = short;
  if (shortest !== undefined) {
    warnings.push({
      code: "schedule-outlived",
      message: `${runsThat(short.length, "goes", "go")} on after their cosine has ended (${shortest.name}: at ${(100 * shortest.ratio).toFixed(0)} % of its steps) and stay at its floor.`,
    });
  }
  const slow = runs.filter(({ steps, schedule }) => schedule.warmupSteps > LONG_WARMUP * steps);
  const [slowest] = slow.sort((a, b) => b.schedule.warmupSteps / b.steps - a.schedule.warmupSteps / a.steps);
  if (slowest !== undefined) {
    warnings.push({
      code: "long-warmup",
      message: `${runsThat(slow.length, "warms", "warm")} up for more than a fifth of their steps (${slowest.name}: ${slowest.schedule.warmupSteps} of ${slowest.steps}), which puts the small ones at a disadvantage.`,
    });
  }
  return warnings;
}

/** What a sweep at one size cannot know of the others. */
export function checkSweep(study: Study, runs: readonly RunSpec[]): DesignWarning[] {
  const widths = runs.map(({ shape }) => shape.width);
  const [narrow, wide] = [Math.min(...widths), Math.max(...widths)];
  if (resolveParametrisation(study.hyperparameters).kind === "mup" || narrow === wide) return [];
  return [
    {
      code: "sweep-no-transfer",
      message: `Under the standard parametrisation the best learning rate falls with the width, here from ${narrow} to ${wide}; a sweep at the smallest size chooses one that is too large for the others.`,
    },
  ];
}
