import { join } from "node:path";
import type { RunResult, RunSpec } from "@isoflop/trainer";
import { readMetrics } from "../../runs/metrics.js";
import { readResult } from "../../runs/status.js";
import type { Checklist } from "./check.js";
import { endOf, newRun, runSession, type Session, type Trial } from "./session.js";
import { SAME_LOSS, STEPS, type TinyRuns } from "./tinySpec.js";

/** What a run may ask for beside plain training, and whether the trainer does it. */
export async function checkFeatures(list: Checklist, trial: Trial, runs: TinyRuns): Promise<void> {
  const plain = runs.spec(STEPS);
  const { sequences } = plain.batch;
  const cases: {
    readonly id: string;
    readonly promise: string;
    readonly spec: RunSpec;
    readonly kept: (result: RunResult, session: Session) => boolean | Promise<boolean>;
  }[] = [
    {
      id: "validation sets",
      promise: "further validation sets: val/sets in result.json",
      spec: runs.spec(STEPS, { data: { ...plain.data, validationSets: runs.validationSets } }),
      kept: (result) => runs.validationSets.every(({ name }) => Number.isFinite(result["val/sets"]?.[name])),
    },
    {
      id: "tasks",
      promise: "tasks are scored after training: tasks in result.json",
      spec: runs.spec(STEPS, { tasks: runs.tasks }),
      kept: (result) => runs.tasks.every(({ name }) => Number.isFinite(result.tasks?.[name]?.accuracy)),
    },
    {
      id: "unique tokens",
      promise: "data.uniqueSequences limits the text that a run sees: epochs in result.json",
      spec: runs.spec(STEPS, { data: { ...plain.data, uniqueSequences: 2 * sequences } }),
      kept: (result) => Math.abs((result.epochs ?? 0) - STEPS / 2) < 1e-9,
    },
    {
      id: "gradient noise",
      promise: "gradientNoise: noise/small and noise/big in metrics.jsonl",
      spec: runs.spec(STEPS, { gradientNoise: { everySteps: 5, sequences: sequences / 2 } }),
      kept: async (_, { folder }) =>
        (await readMetrics(folder)).filter(
          (line) => line["noise/small"] !== undefined && line["noise/big"] !== undefined,
        ).length ===
        STEPS / 5,
    },
    {
      id: "early stopping",
      promise: "evaluation.earlyStopping ends a run whose validation loss no longer falls: best in result.json",
      spec: runs.spec(STEPS, {
        evaluation: { ...plain.evaluation, everySteps: 5, earlyStopping: { patience: 2, minimumDecrease: 100 } },
      }),
      kept: (result) => result.best !== undefined && result.steps < STEPS,
    },
    {
      id: "parts of a batch",
      promise: "batch.microSequences divides the batch without changing the numbers",
      spec: runs.spec(STEPS, { batch: { ...plain.batch, microSequences: sequences / 2 } }),
      kept: async (_, { folder }) => (await largestDifference(folder, join(trial.folder, "whole"))) < SAME_LOSS,
    },
  ];
  for (const { id, promise, spec, kept } of cases) {
    const session = await runSession(trial, await newRun(trial, "feature", spec));
    const result = await readResult(session.folder);
    const done = session.code === 0 && result?.status === "done";
    list.optional(id, promise, done && (await kept(result, session)), done ? "it is not done" : endOf(session));
  }
  await checkDivergence(list, trial, runs);
}

async function checkDivergence(list: Checklist, trial: Trial, runs: TinyRuns): Promise<void> {
  const { optimizer } = runs.spec(STEPS);
  // Weights of 1e30 make products that no float32 holds.
  const spec = runs.spec(STEPS, { optimizer: { ...optimizer, learningRate: 1e30 } });
  const session = await runSession(trial, await newRun(trial, "feature", spec));
  const result = await readResult(session.folder);
  const finite = (await readMetrics(session.folder)).every(
    ({ "train/loss": loss }) => loss === undefined || Number.isFinite(loss),
  );
  list.optional(
    "divergence",
    'a loss that is no longer finite ends the run with exit code 0 and status "diverged"',
    session.code === 0 && result?.status === "diverged" && finite,
    result === undefined ? endOf(session) : `status ${result.status}, val/loss ${result["val/loss"]}`,
  );
}

/** Largest difference of the training losses that two runs have noted for the same steps; infinite where there are none. */
export async function largestDifference(folder: string, other: string): Promise<number> {
  const [ours, theirs] = [await lossesOf(folder), await lossesOf(other)];
  const differences = [...ours].map(([step, loss]) => Math.abs(loss - (theirs.get(step) ?? Number.NaN)));
  const common = differences.filter((difference) => !Number.isNaN(difference));
  return common.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...common);
}

async function lossesOf(folder: string): Promise<Map<number, number>> {
  const lines = await readMetrics(folder);
  return new Map(lines.flatMap(({ step, "train/loss": loss }) => (loss === undefined ? [] : [[step, loss] as const])));
}
