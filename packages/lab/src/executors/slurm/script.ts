import { fileURLToPath } from "node:url";
import type { SlurmSettings } from "../../study/executorSchema.js";
import { shellPath } from "../../study/shellPath.js";
import type { PlannedArray } from "./plan.js";
import { logPath } from "./submission.js";

/** The signal of the warning. Not SIGUSR1, which opens Node.js's debugger in the moment before there is a handler. */
export const WARNING_SIGNAL = "SIGUSR2";

/** The program that a node runs for each task. */
const TASK_PROGRAM = fileURLToPath(new URL("./taskProgram.js", import.meta.url));

/**
 * The batch script of a submission: the study's own setup lines, and the task program in the shell's place, so that Slurm's signals
 * reach it. Names of runs and commands are not in it: the program reads them from the submission's files.
 */
export function batchScript(submissionFolder: string, setup: readonly string[], program = TASK_PROGRAM): string {
  return [
    "#!/bin/bash",
    "# Written by isoflop. $1: the first task of this array in submission.json.",
    "trap '' USR2",
    ...setup,
    `node=${shellPath(process.execPath)}`,
    '[ -x "$node" ] || node=node',
    `exec "$node" ${shellPath(program)} ${shellPath(submissionFolder)} "$1"`,
    "",
  ].join("\n");
}

/** CPUs of one task. */
export function cpusOf(settings: SlurmSettings): number {
  return settings.cpus === "auto" ? settings.threads * settings.atOnce : settings.cpus;
}

/** What sbatch is asked for one array. What the study adds comes last, so that it may overrule the rest. */
export function sbatchArguments(
  submissionFolder: string,
  name: string,
  array: PlannedArray,
  after: string | undefined,
  settings: SlurmSettings,
): string[] {
  const limit = array.atATime === undefined ? "" : `%${array.atATime}`;
  const option = (flag: string, value: string | number | undefined) =>
    value === undefined ? [] : [`--${flag}=${value}`];
  return [
    "--parsable",
    `--job-name=${name}`,
    `--array=0-${array.count - 1}${limit}`,
    // In a file name sbatch's own words begin with %.
    `--output=${logPath(submissionFolder.replaceAll("%", "%%"), "%A_%a")}`,
    "--open-mode=append",
    "--requeue",
    "--nodes=1",
    `--signal=B:${WARNING_SIGNAL.slice(3)}@${settings.warning}`,
    `--cpus-per-task=${cpusOf(settings)}`,
    ...option("partition", settings.partition),
    ...option("account", settings.account),
    ...option("qos", settings.qos),
    ...option("constraint", settings.constraint),
    ...option("gres", settings.gpus === undefined ? undefined : `gpu:${settings.gpus}`),
    ...option("mem", settings.memory),
    ...option("time", settings.time),
    ...option("dependency", after === undefined ? undefined : `afterany:${after}`),
    ...settings.extra,
  ];
}
