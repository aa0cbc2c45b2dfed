import { isIsoflopError } from "@isoflop/laws";
import { type RunSpec, trainingMemory } from "@isoflop/trainer";
import { previewSubmission, type SlurmPreview } from "../executors/slurm/preview.js";
import { readStudyRuns } from "../runs/studyRuns.js";
import { unsweptChoices } from "../study/choices.js";
import { countedSize } from "../study/countedSize.js";
import { type Identification, identifies } from "../study/designs/identify.js";
import { middleSize } from "../study/designs/middle.js";
import { hardwareSpeed } from "../study/hardwareSchema.js";
import { workersOf } from "../study/memory.js";
import { epochsOf, flopsOf } from "../study/runTotals.js";
import type { Study } from "../study/schema.js";
import type { Design } from "./design.js";
import { type ExpectedTotal, expectedTotal } from "./expectedTotal.js";
import { readForecast } from "./forecast.js";
import { holdoutRuns, resolveHoldout } from "./holdout.js";
import {
  expectedSeconds,
  expectedWallSeconds,
  measureSpeed,
  type Speed,
  speedOfFinished,
  statedSpeed,
} from "./speed.js";

/** What one run will take, before it is trained. */
export interface ExpectedRun {
  readonly id: string;
  readonly name: string;
  /** N by the study's count. */
  readonly parameters: number;
  readonly tokens: number;
  readonly steps: number;
  /** By the study's count. */
  readonly flops: number;
  /** Passes over the training text. */
  readonly epochs: number;
  /** Of the run's process, as computed from its graph. */
  readonly memoryBytes: number;
  /** Absent where no speed is known. */
  readonly seconds?: number;
}

/** What a study's ladder, and the sweep before it, will take. */
export interface Expectation {
  readonly runs: readonly ExpectedRun[];
  readonly flops: number;
  readonly workers: number;
  /** Of the runs that train at a time, the largest together. */
  readonly memoryBytes: number;
  /** Of the ladder on this study's workers. */
  readonly wallSeconds?: number;
  readonly speed?: Speed;
  /** What a start would submit to a cluster. */
  readonly slurm?: SlurmPreview;
  readonly sweep?: {
    readonly learningRate: boolean;
    readonly batch: boolean;
    readonly trials: number;
    readonly trialFlops: number;
    readonly shareOfStudy: number;
    readonly seconds?: number;
  };
  /**
   * Held-out runs: of the stated forecast, or, before there is one, of sizes at the middle of the design; without those of
   * `unplaced` budgets, where these would see more tokens than there are.
   */
  readonly holdout?: {
    readonly runs: readonly ExpectedRun[];
    readonly estimated: boolean;
    readonly unplaced: readonly number[];
  };
  /** Ladder, sweep and hold-outs together. */
  readonly total: ExpectedTotal;
  /** What the runs will and will not tell. */
  readonly identifies: readonly Identification[];
}

export interface ExpectOptions {
  /** FLOP/s of one run; by the study's hardware, or measured, where it is not given. */
  readonly flopsPerSecond?: number;
  /** Of one hour of one accelerator or core; the study's own where it is not given. */
  readonly price?: number;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/**
 * What the runs of a design will cost, run by run. The speed is the one given, else that of the study's finished runs, else
 * that of the built-in trainer over some seconds; a trainer of the user's own is not started for it.
 */
export async function expectDesign(design: Design, options: ExpectOptions): Promise<Expectation> {
  const { study } = design.study;
  const speed = await speedOf(design, options);
  const runs = design.runs.map((run) => expectRun(run, study.counting, speed));
  const { executor } = study;
  const workers = Math.max(1, Math.min(workersOf(study), runs.length));
  // On a cluster only the runs of one task share a machine.
  const together = executor.kind === "slurm" ? executor.atOnce : workers;
  const holdout = await expectHoldout(design, speed);
  const swept = expectSweep(design, speed, workers);
  const largest = runs.map(({ memoryBytes }) => memoryBytes).sort((a, b) => b - a);
  return {
    runs,
    flops: runs.reduce((sum, { flops }) => sum + flops, 0),
    workers,
    memoryBytes: largest.slice(0, together).reduce((sum, bytes) => sum + bytes, 0),
    ...(speed === undefined
      ? {}
      : {
          wallSeconds: expectedWallSeconds(
            runs.map(({ seconds = 0 }) => seconds),
            workers,
          ),
          speed,
        }),
    ...(executor.kind === "slurm" ? { slurm: await previewSubmission(design.runs, design.study, executor) } : {}),
    ...swept,
    ...(holdout === undefined ? {} : { holdout }),
    total: expectedTotal(
      study,
      { runs: [...runs, ...(holdout?.runs ?? [])], sweep: swept.sweep, speed },
      options.price,
    ),
    identifies: identifies(study, design),
  };
}

/** Undefined where nothing is held out, or nothing that the corpus suffices for (a warning says so). */
async function expectHoldout(
  { study: folder, corpus }: Design,
  speed: Speed | undefined,
): Promise<Expectation["holdout"]> {
  const { study } = folder;
  if (study.holdout.budgets.length === 0) return undefined;
  const forecast = await readForecast(folder);
  const unplaced: number[] = [];
  const specs =
    forecast === undefined
      ? study.holdout.budgets.flatMap((budget) => {
          try {
            return resolveHoldout(budget, middleSize(study, budget, corpus.vocabulary), study, corpus);
          } catch (error) {
            if (!isIsoflopError(error)) throw error;
            unplaced.push(budget);
            return [];
          }
        })
      : holdoutRuns(forecast, study, corpus);
  const runs = specs.map((spec) => expectRun(spec, study.counting, speed));
  return { runs, estimated: forecast === undefined, unplaced };
}

async function speedOf(design: Design, options: ExpectOptions): Promise<Speed | undefined> {
  if (options.flopsPerSecond !== undefined) return statedSpeed(options.flopsPerSecond);
  const { hardware } = design.study.study;
  const bought = hardware === undefined ? undefined : hardwareSpeed(hardware);
  if (bought !== undefined) return statedSpeed(bought, "hardware");
  const finished = speedOfFinished(await readStudyRuns(design.study));
  const { trainer, executor } = design.study.study;
  // This machine's speed says nothing of a cluster's nodes.
  if (finished !== undefined || trainer !== "builtin" || executor.kind === "slurm") return finished;
  options.log("measuring the speed of this machine: three sizes, a moment each (--speed states it instead)");
  return measureSpeed(design.study.study, design.runs, options.signal);
}

function expectRun(run: RunSpec, counting: Study["counting"], speed: Speed | undefined): ExpectedRun {
  return {
    id: run.id,
    name: run.name,
    parameters: countedSize(run, counting),
    tokens: run.tokens,
    steps: run.steps,
    flops: flopsOf(run),
    epochs: epochsOf(run),
    memoryBytes: trainingMemory(run).total,
    ...(speed === undefined ? {} : { seconds: expectedSeconds(run, speed) }),
  };
}

function expectSweep(design: Design, speed: Speed | undefined, workers: number): Pick<Expectation, "sweep"> {
  const plan = design.sweep;
  if (plan === undefined) return {};
  const { learningRate, batch, trials, trialFlops, studyFlops } = plan;
  const start = unsweptChoices(design.study.study);
  const one = plan.trial(start.learningRate.value, start.batch.value, 0);
  return {
    sweep: {
      learningRate,
      batch,
      trials,
      trialFlops,
      shareOfStudy: (trials * trialFlops) / studyFlops,
      // Two or three trials at a time, however many workers there are.
      ...(speed === undefined ? {} : { seconds: (trials / Math.min(workers, 2)) * expectedSeconds(one, speed) }),
    },
  };
}
