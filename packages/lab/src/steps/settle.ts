import { join } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import type { ExecutionOutcome } from "../executors/execution.js";
import { countedLoss } from "../runs/countedLoss.js";
import { readResult } from "../runs/status.js";
import { unsweptChoices } from "../study/choices.js";
import { countedSize } from "../study/countedSize.js";
import { ruleBatchTokens } from "../study/hyperparameters.js";
import { flopsOf } from "../study/runTotals.js";
import { sweepText } from "../sweep/plan.js";
import { type Minimum, searchMinimum } from "../sweep/search.js";
import { type SweptHyperparameter, writeSweep } from "../sweep/sweepFile.js";
import { type Design, resolveDesign } from "./design.js";
import { requireRuns } from "./ended.js";
import { type TrainOptions, trainRuns } from "./train.js";

/**
 * A design with its learning rate and batch settled: by the sweep that it asks for, where sweep.json does not have its
 * outcome yet. The trials are run folders in sweep/, so that a sweep stopped on its way goes on from there. The caller
 * holds the study's lock. Errors: those of trainRuns; runs-failed, sweep-diverged.
 */
export async function settleDesign(
  design: Design,
  options: TrainOptions & { readonly log: (line: string) => void },
): Promise<Design> {
  const plan = design.sweep;
  if (plan === undefined) return design;
  const { study, corpus } = design;
  options.log(sweepText(plan, study.study));
  const trials = trialRunner(design, options);
  const settled = { ...unsweptChoices(study.study) };
  const swept: { learningRate?: SweptHyperparameter; batch?: SweptHyperparameter } = {};
  const search = async (
    what: "learningRate" | "batch",
    specAt: (value: number, seed: number) => RunSpec,
    triedValue: (spec: RunSpec) => number,
  ) => {
    const runsAt = new Map<number, Set<string>>();
    const found = await searchMinimum({
      start: settled[what].value,
      maxTrials: plan.trialsEach,
      evaluate: async (values, seed) => {
        const specs = values.map((value) => specAt(value, seed));
        const losses = await trials.losses(specs);
        return specs.map((spec, i) => {
          const at = triedValue(spec);
          runsAt.set(at, (runsAt.get(at) ?? new Set()).add(spec.id));
          return { at, loss: losses[i] ?? Number.POSITIVE_INFINITY };
        });
      },
    });
    requireFinite(found, what);
    const { value, interval95, edge } = found;
    settled[what] = { by: "sweep", value, ...(interval95 === undefined ? {} : { interval95: [...interval95] }) };
    swept[what] = {
      value,
      ...(interval95 === undefined ? {} : { interval95 }),
      ...(edge === undefined ? {} : { edge }),
      trials: found.trials.map(({ at, losses }) => ({
        value: at,
        runs: [...(runsAt.get(at) ?? [])],
        losses: losses.map((loss) => (Number.isFinite(loss) ? loss : null)),
      })),
    };
    options.log(chosenText(what, found, settled.batch.value));
  };
  if (plan.learningRate) {
    await search(
      "learningRate",
      (rate, seed) => plan.trial(rate, settled.batch.value, seed),
      (spec) => spec.optimizer.learningRate,
    );
  }
  if (plan.batch) {
    const from = settled.batch.value;
    const rate = settled.learningRate.value;
    // Adam's best rate goes as the square root of the batch while that is small (Malladi et al. 2022): without this
    // the batch that the rate was chosen at would win for that alone.
    const rateAt = (batch: number) =>
      plan.learningRate ? Number((rate * Math.sqrt(batch / from)).toPrecision(3)) : rate;
    await search(
      "batch",
      (batch, seed) => plan.trial(rateAt(batch), batch, seed),
      (spec) => Number((spec.batch.tokens / ruleBatchTokens(spec.tokens, 1)).toPrecision(3)),
    );
    const { interval95 } = settled.learningRate;
    const factor = Math.sqrt(settled.batch.value / from);
    if (plan.learningRate) {
      settled.learningRate = {
        by: "sweep",
        value: rateAt(settled.batch.value),
        ...(interval95 === undefined ? {} : { interval95: [interval95[0] * factor, interval95[1] * factor] }),
      };
    }
  }
  const flops = trials.specs().reduce((sum, spec) => sum + flopsOf(spec), 0);
  const example = plan.trial(settled.learningRate.value, settled.batch.value, 0);
  await writeSweep(study, {
    key: plan.key,
    choices: settled,
    flops,
    shareOfStudy: flops / plan.studyFlops,
    trial: {
      parameters: countedSize(example, study.study.counting),
      tokens: example.tokens,
      width: example.shape.width,
      layers: example.shape.layers,
    },
    ...swept,
  });
  return resolveDesign({ ...study, study: { ...study.study, settled } }, corpus);
}

/** Trains trials that are new to it, and keeps what it has trained. */
function trialRunner({ study }: Design, options: TrainOptions) {
  const ran = new Map<string, { readonly spec: RunSpec; readonly loss: number }>();
  const folder = { ...study, runs: join(study.folder, "sweep") };
  return {
    specs: () => [...ran.values()].map(({ spec }) => spec),
    /** Validation losses, infinite where a trial diverged. */
    losses: async (specs: readonly RunSpec[]): Promise<number[]> => {
      const fresh = [...new Map(specs.filter(({ id }) => !ran.has(id)).map((spec) => [spec.id, spec])).values()];
      const outcome = await trainRuns("sweep", folder, fresh, options);
      requireRuns(outcome);
      requireTrials(outcome);
      for (const spec of fresh) {
        const loss = countedLoss(spec, await readResult(join(folder.runs, spec.id)))?.loss;
        ran.set(spec.id, { spec, loss: loss ?? Number.POSITIVE_INFINITY });
      }
      return specs.map(({ id }) => ran.get(id)?.loss ?? Number.POSITIVE_INFINITY);
    },
  };
}

/** A trial that nobody trained says nothing: least of all that its loss were infinite. */
function requireTrials({ held }: ExecutionOutcome): void {
  const [first] = held ?? [];
  if (first === undefined) return;
  throw new IsoflopError({
    code: "sweep-cancelled",
    message: `The sweep cannot choose without its trial ${first.spec.name} (${first.spec.id}), which is cancelled.`,
    hint: "`isoflop resume` with that id takes it back; or give hyperparameters.lr and batch as numbers or by rule.",
    exitCode: 1,
  });
}

function requireFinite({ trials }: Minimum, what: "learningRate" | "batch"): void {
  if (trials.some(({ losses }) => losses.some(Number.isFinite))) return;
  throw new IsoflopError({
    code: "sweep-diverged",
    message: `Every trial of the sweep of the ${what === "batch" ? "batch" : "learning rate"} diverged, from ${trials[0]?.at} to ${trials.at(-1)?.at}.`,
    hint: "Look at a trial's metrics in sweep/; lower hyperparameters.clip, or give hyperparameters.lr as a number.",
    exitCode: 1,
  });
}

function chosenText(
  what: "learningRate" | "batch",
  { value, interval95, trials, edge }: Minimum,
  batch: number,
): string {
  const name = what === "batch" ? "batch (tokens, at 1M tokens of training)" : "learning rate";
  const beside = what === "batch" ? "" : ` at a batch of ${batch} tokens at 1M`;
  const interval =
    interval95 === undefined ? " (the losses do not determine it: no interval)" : ` [${interval95.join(", ")}]`;
  const last = edge === undefined ? "" : `; it is the ${edge} value tried, and a better one may lie beyond`;
  return `sweep: ${name} ${value}${interval}${beside}, from ${trials.length} values${last}`;
}
