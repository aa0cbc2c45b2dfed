import { createHash } from "node:crypto";
import { formatCount, formatFlops, IsoflopError } from "@isoflop/laws";
import type { Corpus, RunSpec } from "@isoflop/trainer";
import { leftToSweep, unsweptChoices } from "../study/choices.js";
import { countedSize } from "../study/countedSize.js";
import { middleSize } from "../study/designs/middle.js";
import { canonicalJson } from "../study/identity.js";
import { affordableTokens } from "../study/ladder.js";
import { resolveRun } from "../study/resolve.js";
import type { Study } from "../study/schema.js";
import { nearestShape, shapesUpTo } from "../study/shapes.js";

/** What a sweep will try before the runs of a study can be resolved. */
export interface SweepPlan {
  readonly learningRate: boolean;
  readonly batch: boolean;
  /** FLOPs of one trial, by the study's count. */
  readonly trialFlops: number;
  /** The most trials for one hyperparameter, and for all. */
  readonly trialsEach: number;
  readonly trials: number;
  /** FLOPs of the runs that the fits need. */
  readonly studyFlops: number;
  /** Hash of all that its outcome depends on. */
  readonly key: string;
  /** The trial of a learning rate and of a batch (at 10⁶ tokens of training). */
  readonly trial: (learningRate: number, batch: number, seed: number) => RunSpec;
}

/** FLOPs of a study's runs: of the smallest, and all together. */
export interface StudyCompute {
  readonly smallest: number;
  readonly total: number;
}

/** Three octaves, two more for a start that is off, two half octaves, and the five about the best with another seed. */
const TRIALS_EACH = 12;
/** A trial of fewer steps tells nothing of a run of thousands. */
const FEWEST_STEPS = 20;

/**
 * The sweep that a study asks for, or undefined where it gives or derives all. Its trials are runs of one shape: the
 * middle of the smallest profile where its share of the study's FLOPs suffices, a smaller one where it does not. muP
 * carries the learning rate from there to every width; the batch grows as D^0.4 by rule (study/hyperparameters.ts).
 * Errors: sweep-too-small, and those of resolveRun.
 */
export function planSweep(study: Study, corpus: Corpus, compute: StudyCompute): SweepPlan | undefined {
  const { learningRate, batch } = leftToSweep(study);
  if (!learningRate && !batch) return undefined;
  const { design, counting, hyperparameters } = study;
  const { smallest, total: studyFlops } = compute;
  const trials = learningRate && batch ? 2 * TRIALS_EACH : TRIALS_EACH;
  const trialFlops = Math.min(smallest, (hyperparameters.sweepShare * studyFlops) / trials);
  const size = middleSize(study, trialFlops, corpus.vocabulary);
  const { shape } = nearestShape(size, shapesUpTo(size, design.shapes, corpus.vocabulary, counting.parameters));
  const unswept = unsweptChoices(study);
  const tokens = affordableTokens(trialFlops, shape, counting.flops);
  const trial = (rate: number, batchTokens: number, seed: number): RunSpec => {
    const settled = {
      learningRate: learningRate ? { by: "sweep" as const, value: rate } : unswept.learningRate,
      batch: batch ? { by: "sweep" as const, value: batchTokens } : unswept.batch,
    };
    const run = resolveRun(
      { shape, tokens, budget: trialFlops, role: "fit", seed },
      { ...study, settled, taskFiles: [] },
      corpus,
    );
    return { ...run, name: `sweep-lr${run.optimizer.learningRate}-batch${run.batch.tokens}-s${seed}` };
  };
  const start = trial(unswept.learningRate.value, unswept.batch.value, 0);
  if (start.steps < FEWEST_STEPS) {
    throw new IsoflopError({
      code: "sweep-too-small",
      message: `A sweep of ${trials} runs for ${100 * hyperparameters.sweepShare} % of the study's FLOPs leaves ${start.steps} steps to each: too few to tell.`,
      hint: "Give hyperparameters.lr and hyperparameters.batch as numbers or as rule, raise hyperparameters.sweepShare, or raise the budgets.",
    });
  }
  const key = createHash("sha256")
    .update(canonicalJson({ start: start.id, learningRate, batch, trialsEach: TRIALS_EACH }))
    .digest("hex")
    .slice(0, 16);
  return { learningRate, batch, trialFlops, trialsEach: TRIALS_EACH, trials, studyFlops, key, trial };
}

/** What the sweep will cost, in words, before it begins. */
export function sweepText(plan: SweepPlan, study: Study): string {
  const start = unsweptChoices(study);
  const trial = plan.trial(start.learningRate.value, start.batch.value, 0);
  const what = [plan.learningRate ? "learning rate" : "", plan.batch ? "batch" : ""].filter((name) => name !== "");
  const share = (100 * plan.trials * plan.trialFlops) / plan.studyFlops;
  return `a sweep chooses the ${what.join(" and the ")}: at most ${plan.trials} runs of N ${formatCount(countedSize(trial, study.counting))} on ${formatCount(trial.tokens)} tokens, ${formatFlops(plan.trialFlops)} FLOPs each, ${share.toPrecision(2)} % of what the study's runs take`;
}
