import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtinTrainerCommand } from "@isoflop/trainer";
import { readLastMetrics, readResult } from "../../runs/status.js";
import { type Check, type Checklist, createChecklist } from "./check.js";
import { checkFeatures, largestDifference } from "./features.js";
import { checkFiles } from "./files.js";
import { contentsOf, endOf, newRun, numbersOf, runSession, type Trial } from "./session.js";
import { checkStops } from "./stops.js";
import { prepareTinyRuns, SAME_LOSS, STEPS, type TinyRuns } from "./tinySpec.js";

/** Which promises of the run contract a trainer keeps. */
export interface Conformance {
  readonly command: readonly string[];
  /** Whether every essential promise is kept. */
  readonly conforms: boolean;
  readonly checks: readonly Check[];
}

export interface ConformanceOptions {
  /** Seconds that one tiny run may take before it is given up. */
  readonly patienceSeconds: number;
  /** Seconds that a run which is stopped on its way should take, about. */
  readonly stoppedRunSeconds?: number;
  /** The trainer whose numbers are the contract's: the built-in one. */
  readonly reference?: readonly string[];
  readonly signal: AbortSignal;
  readonly onCheck: (check: Check) => void;
}

const MOST_STEPS = 20_000;

/**
 * Trains tiny runs by a trainer, in a folder that is removed: to the end, twice, stopped, killed, badly asked for, and with all
 * that the contract has beside; and compares its numbers with the built-in trainer's.
 */
export async function checkConformance(
  command: readonly string[],
  { patienceSeconds, stoppedRunSeconds = 3, reference = builtinTrainerCommand(), signal, onCheck }: ConformanceOptions,
): Promise<Conformance> {
  const folder = await mkdtemp(join(tmpdir(), "isoflop-conformance-"));
  const trial: Trial = { command, folder, patienceMs: 1000 * patienceSeconds, signal };
  const list = createChecklist(onCheck);
  try {
    const runs = await prepareTinyRuns(join(folder, "corpus"));
    const spec = runs.spec(STEPS);
    const whole = await runSession(trial, await newRun(trial, "whole", spec));
    const done = await checkFiles(list, whole, spec);
    // With the first run not done nothing else can be told.
    if (done) {
      const before = await contentsOf(whole.folder);
      const again = await runSession(trial, whole.folder);
      list.essential(
        "second start",
        "started on a folder with a result.json it ends with exit code 0 and touches nothing",
        again.code === 0 && (await contentsOf(whole.folder)) === before,
        again.code === 0 ? "it changed what was there" : endOf(again),
      );
      await checkNumbers(trial, { ...trial, command: reference }, runs, list);
      await checkBadInput(trial, runs, list);
      const stepSeconds = ((await readLastMetrics(whole.folder))?.time ?? 1) / STEPS;
      const steps = Math.ceil(stoppedRunSeconds / Math.max(stepSeconds, 1e-6));
      await checkStops(list, trial, runs.spec, {
        steps: Math.min(MOST_STEPS, Math.max(STEPS, steps)),
        most: MOST_STEPS,
      });
      await checkFeatures(list, trial, runs);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return {
    command,
    conforms: list.checks.every(({ essential, kept }) => !essential || kept === true),
    checks: list.checks,
  };
}

async function checkNumbers(trial: Trial, reference: Trial, runs: TinyRuns, list: Checklist): Promise<void> {
  const spec = runs.spec(STEPS);
  const whole = join(trial.folder, "whole");
  const twin = await runSession(trial, await newRun(trial, "twin", spec));
  list.essential(
    "same bits",
    "the same spec gives the same numbers, to the last bit",
    twin.code === 0 && (await numbersOf(twin.folder)) === (await numbersOf(whole)),
    twin.code === 0 ? `losses differ by up to ${await largestDifference(twin.folder, whole)}` : endOf(twin),
  );
  const other = await runSession(trial, await newRun(trial, "seed", runs.spec(STEPS, { seed: spec.seed + 1 })));
  list.optional(
    "seed",
    "another seed gives other numbers",
    other.code === 0 && (await largestDifference(other.folder, whole)) > 0,
    other.code === 0 ? "they are the same: seeds as a factor would be copies" : endOf(other),
  );
  const ours = await runSession(reference, await newRun(trial, "builtin", spec));
  const difference = await largestDifference(whole, ours.folder);
  const losses = await Promise.all(
    [whole, ours.folder].map(async (folder) => (await readResult(folder))?.["val/loss"]),
  );
  list.optional(
    "same numbers",
    `its losses are the built-in trainer's within ${SAME_LOSS}: the same model, initial parameters, data order and schedule`,
    ours.code === 0 && difference <= SAME_LOSS,
    ours.code === 0
      ? `training losses differ by up to ${difference.toPrecision(2)}; validation loss ${losses[0]}, the built-in trainer's ${losses[1]}`
      : `the built-in trainer: ${endOf(ours)}`,
  );
}

/** Trying a bad spec again is no use, and the lab must be able to tell. */
async function checkBadInput(trial: Trial, runs: TinyRuns, list: Checklist): Promise<void> {
  const bad = await runSession(trial, await newRun(trial, "bad", { ...runs.spec(STEPS), contract: 99 }));
  const refused = (await readResult(bad.folder))?.status !== "done";
  list.essential(
    "refuses",
    "a run.json of another contract is not trained",
    refused && bad.code !== 0,
    refused ? endOf(bad) : "it was trained",
  );
  list.optional(
    "exit code 2",
    "bad input ends with exit code 2, with its reason on standard error",
    bad.code === 2 && bad.said.trim() !== "",
    endOf(bad),
  );
}
