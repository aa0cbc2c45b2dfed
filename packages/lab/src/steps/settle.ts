import { join } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import { readResult } from "../runs/status.js";
import { unsweptChoices } from "../study/choices.js";
import { ruleBatchTokens } from "../study/hyperparameters.js";
import { type SweepPlan, sweepText } from "../sweep/plan.js";
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
  const ran = new Map<string, { spec: RunSpec; loss: number }>();
  const losses = async (specs: readonly RunSpec[]): Promise<number[]> => {
    const fresh = [...new Map(specs.filter(({ id }) => !ran.has(id)).map((spec) => [spec.id, spec])).values()];
    const folder = { ...study, runs: join(study.folder, "sweep") };
    const outcome = await trainRuns("sweep", folder, fresh, options);
    requireRuns(outcome);
    for (const spec of fresh) {
      const loss = (await readResult(join(folder.runs, spec.id)))?.["val/loss"];
      ran.set(spec.id, { spec, loss: loss ?? Number.POSITIVE_INFINITY });
    }
    return specs.map(({ id }) => ran.get(id)?.loss ?? Number.POSITIVE_INFINITY);
  };
  const settled = { ...unsweptChoices(study.study) };
  const swept: { learningRate?: SweptHyperparameter; batch?: SweptHyperparameter } = {};
  const search = async (
    what: "learningRate" | "batch",
    specAt: (value: number) => RunSpec,
    triedValue: (spec: RunSpec) => number,
  ) => {
    const idOf = new Map<number, string>();
    const found = await searchMinimum({
      start: settled[what].value,
      maxTrials: plan.trialsEach,
      evaluate: async (values) => {
        const specs = values.map(specAt);
        const found = await losses(specs);
        return specs.map((spec, i) => {
          idOf.set(triedValue(spec), spec.id);
          return { at: triedValue(spec), loss: found[i] ?? Number.POSITIVE_INFINITY };
        });
      },
    });
    requireFinite(found, what);
    settled[what] = {
      by: "sweep",
      value: found.value,
      ...(found.interval95 === undefined ? {} : { interval95: [...found.interval95] as [number, number] }),
    };
    swept[what] = {
      value: found.value,
      ...(found.interval95 === undefined ? {} : { interval95: found.interval95 }),
      atEdge: found.atEdge,
      trials: found.trials.map(({ at, loss }) => ({
        id: idOf.get(at) ?? "",
        value: at,
        loss: Number.isFinite(loss) ? loss : null,
      })),
    };
    options.log(chosenText(what, found));
  };
  if (plan.learningRate) {
    await search(
      "learningRate",
      (rate) => plan.trial(rate, settled.batch.value),
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
      (batch) => plan.trial(rateAt(batch), batch),
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
  const flops = [...ran.values()].reduce((sum, { spec }) => sum + spec.tokens * spec.flopsPerToken[spec.convention], 0);
  const [first] = ran.values();
  await writeSweep(study, {
    key: plan.key,
    choices: settled,
    flops,
    shareOfStudy: flops / plan.studyFlops,
    trial: {
      parameters: first?.spec.parameters.total ?? 0,
      tokens: first?.spec.tokens ?? 0,
      width: first?.spec.shape.width ?? 0,
      layers: first?.spec.shape.layers ?? 0,
    },
    ...swept,
  });
  return resolveDesign({ ...study, study: { ...study.study, settled } }, corpus);
}

function requireFinite({ trials }: Minimum, what: keyof Pick<SweepPlan, "learningRate" | "batch">): void {
  if (trials.some(({ loss }) => Number.isFinite(loss))) return;
  throw new IsoflopError({
    code: "sweep-diverged",
    message: `Every trial of the sweep of the ${what === "batch" ? "batch" : "learning rate"} diverged, from ${trials[0]?.at} to ${trials.at(-1)?.at}.`,
    hint: "Look at a trial's metrics in sweep/; lower hyperparameters.clip, or give hyperparameters.lr as a number.",
    exitCode: 1,
  });
}

function chosenText(what: "learningRate" | "batch", { value, interval95, trials, atEdge }: Minimum): string {
  const name = what === "batch" ? "batch (tokens, at 1M tokens of training)" : "learning rate";
  const interval =
    interval95 === undefined ? " (the losses hardly determine it: no interval)" : ` [${interval95.join(", ")}]`;
  const edge = atEdge ? "; it is the last value tried, a better one may lie beyond" : "";
  return `sweep: ${name} ${value}${interval}, the best of ${trials.length} tried${edge}`;
}
