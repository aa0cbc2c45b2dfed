import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunSpec } from "@isoflop/trainer";
import { sequenceCount } from "@isoflop/trainer/contract";
import { costOf } from "../executors/execution.js";
import { runLocally } from "../executors/local.js";
import { readMetrics } from "../runs/metrics.js";
import type { RunState } from "../runs/status.js";
import { runId } from "../study/identity.js";
import { workersOf } from "../study/memory.js";
import type { Study } from "../study/schema.js";
import { trainerCommand } from "./train.js";

/** How fast one run of a size trains: FLOP/s by Hoffmann's count, which is nearest to the time it takes. */
interface SpeedPoint {
  readonly parameters: number;
  readonly flopsPerSecond: number;
}

/** What a study's runs will take, and how that is known. */
export interface Speed {
  readonly source: "stated" | "hardware" | "finished runs" | "measured now";
  readonly points: readonly SpeedPoint[];
  /** Seconds of a run before its first step and after its last: process, graph, data. */
  readonly overheadSeconds: number;
}

/** FLOP/s of every run, as the user says at the command line or by the study's hardware. */
export function statedSpeed(flopsPerSecond: number, source: "stated" | "hardware" = "stated"): Speed {
  return { source, points: [{ parameters: 1, flopsPerSecond }], overheadSeconds: 0 };
}

/** The speed of runs that are done, at least three, whatever trained them. Their wall time has their overhead in it. */
export function speedOfFinished(states: readonly RunState[]): Speed | undefined {
  const points = states.flatMap(({ spec, status, result }) =>
    status === "done" && result !== undefined && result.wallSeconds > 0
      ? [{ parameters: spec.parameters.total, flopsPerSecond: costOf(spec) / result.wallSeconds }]
      : [],
  );
  if (points.length < 3) return undefined;
  return { source: "finished runs", points: bySize(points), overheadSeconds: 0 };
}

/** Runs at work tell a speed once they have trained for so many seconds: the first steps allocate. */
const TELLING_SECONDS = 1;

/** The speed of runs that are done and of those at work, where there is any: what a dashboard reckons the time left by. */
export function speedSoFar(states: readonly RunState[]): Speed | undefined {
  const points = states.flatMap(({ spec, status, last, result }) => {
    const ended = status === "done" && result !== undefined;
    const seconds = ended ? result.wallSeconds : last?.time;
    const share = (ended ? result.steps : (last?.step ?? 0)) / spec.steps;
    return seconds !== undefined && share > 0 && seconds > (ended ? 0 : TELLING_SECONDS)
      ? [{ parameters: spec.parameters.total, flopsPerSecond: (share * costOf(spec)) / seconds }]
      : [];
  });
  return points.length === 0 ? undefined : { source: "finished runs", points: bySize(points), overheadSeconds: 0 };
}

/** One point a size: the middle of its runs. */
function bySize(points: readonly SpeedPoint[]): SpeedPoint[] {
  const sizes = [...new Set(points.map(({ parameters }) => parameters))].sort((a, b) => a - b);
  return sizes.map((parameters) => {
    const speeds = points
      .filter((point) => point.parameters === parameters)
      .map((point) => point.flopsPerSecond)
      .sort((a, b) => a - b);
    return { parameters, flopsPerSecond: speeds[speeds.length >> 1] ?? 0 };
  });
}

/** So many seconds of training a size at this guess of its speed; at least a dozen steps, whatever they take. */
const TRIAL_SECONDS = 0.6;
const GUESSED_FLOPS_PER_SECOND = 3e10;
const FEWEST_STEPS = 12;
/** Steps before the clock is looked at: the first ones allocate. */
const WARM_STEPS = 2;

/**
 * Trains the smallest, the middle and the largest model for a moment by the study's own trainer, as many at a time as the
 * study will, in a folder that is removed. Undefined where the trainer fails: the runs themselves will tell why.
 */
export async function measureSpeed(
  study: Study,
  runs: readonly RunSpec[],
  signal: AbortSignal,
): Promise<Speed | undefined> {
  const bySize = [...runs].sort((a, b) => a.parameters.total - b.parameters.total);
  const chosen = new Set([bySize[0], bySize[bySize.length >> 1], bySize.at(-1)]);
  const trials = [...chosen].filter((run) => run !== undefined).map(trialOf);
  const runsFolder = await mkdtemp(join(tmpdir(), "isoflop-speed-"));
  try {
    const began = new Map<string, number>();
    const elapsed = new Map<string, number>();
    const { done } = await runLocally(trials, {
      runsFolder,
      command: trainerCommand(study),
      workers: workersOf(study),
      signal,
      onEvent: ({ kind, spec }) => {
        if (kind === "started") began.set(spec.id, performance.now());
        else elapsed.set(spec.id, (performance.now() - (began.get(spec.id) ?? 0)) / 1000);
      },
    });
    if (done.length < trials.length) return undefined;
    const measured = await Promise.all(
      trials.map(async (spec) => {
        const lines = (await readMetrics(join(runsFolder, spec.id))).slice(WARM_STEPS);
        // The last step's time has the final evaluation in it.
        const [first, last] = [lines[0], lines.at(-2)];
        if (first === undefined || last === undefined || !(last.time > first.time)) return undefined;
        const stepSeconds = (last.time - first.time) / (last.step - first.step);
        const overhead = Math.max(0, (elapsed.get(spec.id) ?? 0) - stepSeconds * spec.steps);
        const point = {
          parameters: spec.parameters.total,
          flopsPerSecond: (spec.batch.tokens * spec.flopsPerToken.hoffmann) / stepSeconds,
        };
        return { point, overhead };
      }),
    );
    const found = measured.filter((one) => one !== undefined);
    if (found.length === 0) return undefined;
    return {
      source: "measured now",
      points: found.map(({ point }) => point),
      overheadSeconds: found.reduce((sum, { overhead }) => sum + overhead, 0) / found.length,
    };
  } finally {
    await rm(runsFolder, { recursive: true, force: true });
  }
}

/** The first steps of a run, evaluated on a single sequence and never saved on the way. */
function trialOf(run: RunSpec): RunSpec {
  const stepFlops = run.batch.tokens * run.flopsPerToken.hoffmann;
  const steps = Math.max(FEWEST_STEPS, Math.ceil((TRIAL_SECONDS * GUESSED_FLOPS_PER_SECOND) / stepFlops));
  const { gradientNoise: _, ...rest } = run;
  const spec = {
    ...rest,
    steps,
    tokens: steps * run.batch.tokens,
    tasks: [],
    data: { ...run.data, validationSets: [] },
    evaluation: { everySteps: 0, sequences: 1 },
    checkpoint: { everySteps: steps },
  };
  return { ...spec, id: runId(spec) };
}

/** Seconds of a run: its steps and evaluations at the speed of its size, interpolated between those known by their logarithms. */
export function expectedSeconds(run: RunSpec, { points, overheadSeconds, source }: Speed): number {
  const { everySteps, sequences } = run.evaluation;
  const times = 1 + (everySteps > 0 ? Math.floor((run.steps - 1) / everySteps) : 0);
  const { context } = run.shape;
  const texts = [{ tokens: run.data.validationTokens }, ...run.data.validationSets];
  const windows = texts.reduce((sum, { tokens }) => sum + Math.min(sequences, sequenceCount(tokens, context)), 0);
  // Forward alone is a third of a training step. Finished runs have their evaluations in their speed.
  const evaluated = source === "finished runs" ? 0 : (times * windows * context * run.flopsPerToken.hoffmann) / 3;
  return overheadSeconds + (costOf(run) + evaluated) / speedAt(run.parameters.total, points);
}

function speedAt(parameters: number, points: readonly SpeedPoint[]): number {
  const above = points.findIndex((point) => point.parameters >= parameters);
  const [high, low] = [points[above], points[above - 1]];
  if (high === undefined) return points.at(-1)?.flopsPerSecond ?? Number.NaN;
  if (low === undefined) return high.flopsPerSecond;
  const share = Math.log(parameters / low.parameters) / Math.log(high.parameters / low.parameters);
  return low.flopsPerSecond * (high.flopsPerSecond / low.flopsPerSecond) ** share;
}

/** Wall time of all runs on so many workers, the longest first, as runLocally starts them. */
export function expectedWallSeconds(seconds: readonly number[], workers: number): number {
  const busy = Array.from({ length: workers }, () => 0);
  for (const one of [...seconds].sort((a, b) => b - a)) {
    const freest = busy.indexOf(Math.min(...busy));
    busy[freest] = (busy[freest] ?? 0) + one;
  }
  return Math.max(...busy);
}
