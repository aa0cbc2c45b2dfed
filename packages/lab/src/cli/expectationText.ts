import { formatCount, formatFlops } from "@isoflop/laws";
import { formatDuration } from "../executors/progress.js";
import type { SlurmPreview } from "../executors/slurm/preview.js";
import type { Design } from "../steps/design.js";
import type { Expectation } from "../steps/expect.js";
import { sizeHeading } from "../study/countedSize.js";
import { shellPath } from "../study/shellPath.js";
import { textTable } from "./textTable.js";

/** What `run --dry-run` says: the runs, what each takes, and all together. */
export function expectationText(
  expectation: Expectation,
  { awaited = [], awaitedPlaced = true, study }: Pick<Design, "awaited" | "awaitedPlaced" | "study">,
): string {
  const { runs, flops, workers, memoryBytes, wallSeconds, speed, sweep, holdout, slurm } = expectation;
  const table = textTable(
    ["Run", sizeHeading(study.study.counting), "D", "Steps", "FLOPs", "Epochs", "Memory", "Time"],
    [...runs, ...(holdout?.runs ?? [])].map((run) => [
      run.name,
      formatCount(run.parameters),
      formatCount(run.tokens),
      String(run.steps),
      formatFlops(run.flops),
      run.epochs.toPrecision(2),
      formatBytes(run.memoryBytes),
      run.seconds === undefined ? "?" : formatDuration(run.seconds),
    ]),
  );
  const time =
    wallSeconds === undefined
      ? "time unknown: give --speed, or train three runs"
      : `about ${formatDuration(wallSeconds)} on ${workers} ${workersWord(expectation)} (speed: ${speed?.source})`;
  const lines = [
    `${runs.length} runs, ${formatFlops(flops)} FLOPs, ${time}`,
    slurm === undefined
      ? `memory: ${formatBytes(memoryBytes)} for the ${Math.min(workers, runs.length)} largest together, computed from their graphs`
      : `memory: at most ${formatBytes(memoryBytes)} in one task, computed from the runs' graphs`,
    ...(slurm === undefined ? [] : slurmLines(slurm)),
  ];
  if (sweep !== undefined) {
    const share = (100 * sweep.shareOfStudy).toPrecision(2);
    const seconds = sweep.seconds === undefined ? "" : `, about ${formatDuration(sweep.seconds)}`;
    lines.push(
      `before them a sweep: at most ${sweep.trials} runs of ${formatFlops(sweep.trialFlops)} FLOPs, ${share} % of the study${seconds}; the runs above stand for what it will choose`,
    );
  }
  if (awaited.length > 0) {
    lines.push(
      `the sizes at ${awaited.map((budget) => formatFlops(budget)).join(", ")} FLOPs will be decided by the runs of smaller budgets; ${awaitedPlaced ? "here they are where they are expected" : "where they are expected the text does not suffice, and they are in none of these numbers"}`,
    );
  }
  if (holdout?.estimated && holdout.runs.length > 0) {
    lines.push("the hold-outs' sizes will be the forecast's; here they are at the middle of the design");
  }
  if (holdout !== undefined && holdout.unplaced.length > 0) {
    const budgets = holdout.unplaced.map((budget) => formatFlops(budget)).join(", ");
    lines.push(
      `the hold-outs at ${budgets} FLOPs are in none of these numbers: at the middle of the design the text does not suffice for them`,
    );
  }
  lines.push(totalText(expectation));
  return `${table}\n${lines.join("\n")}\n\n${identifiesText(expectation.identifies)}`;
}

const workersWord = ({ workers, slurm }: Expectation) =>
  `${slurm === undefined ? "worker" : "run"}${workers === 1 ? "" : "s"}${slurm === undefined ? "" : " at a time, once they have left the queue"}`;

/** What would be asked of sbatch: each array by its arguments, as a shell would take them. */
function slurmLines({ runs, tasks, arrays, largestArray, assumed, sbatch }: SlurmPreview): string[] {
  const limit = `${largestArray} tasks an array${assumed ? ", assumed: Slurm does not answer here" : ""}`;
  return [
    `Slurm: ${runs} runs not done in ${tasks} ${tasks === 1 ? "task" : "tasks"}, ${arrays.length} ${arrays.length === 1 ? "array" : "arrays"} (at most ${limit})`,
    ...sbatch.map(
      (words) =>
        `  sbatch ${words.map((word) => (word.startsWith("--") ? optionText(word) : shellPath(word))).join(" ")} task.sh`,
    ),
  ];
}

/** An option's value quoted where it must be; the option itself begins with dashes and stays as it is. */
function optionText(option: string): string {
  const [flag = "", ...value] = option.split("=");
  return value.length === 0 ? flag : `${flag}=${shellPath(value.join("="))}`;
}

/** What the design will tell, a line each; what it will not, with the reason. */
function identifiesText(identifies: Expectation["identifies"]): string {
  const width = Math.max(...identifies.map(({ what }) => what.length));
  const lines = identifies.map(({ what, verdict, why }) => `  ${verdict.padEnd(6)}  ${what.padEnd(width)}  ${why}`);
  return `What it can identify:\n${lines.join("\n")}\n`;
}

function totalText({ total, sweep, holdout }: Expectation): string {
  const { flops, hours, device, cost } = total;
  const included = [
    ...(sweep === undefined ? [] : ["sweep"]),
    ...(holdout === undefined || holdout.runs.length === 0 ? [] : ["hold-outs"]),
  ];
  const what = included.length === 0 ? "in all" : `in all, ${included.join(" and ")} included`;
  const time = hours === undefined ? "" : `, ${figure(hours)} ${device}-hours`;
  const money =
    cost === undefined ? "" : `, ${figure(cost.amount)} ${cost.currency} at ${cost.perHour} ${cost.currency} an hour`;
  return `${what}: ${formatFlops(flops)} FLOPs${time}${money}`;
}

const figure = (value: number): string => `${Number(value.toPrecision(3))}`;

/** "512 B", "3.4 MB", "1.2 GB". */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes > 0 ? Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3)) : 0;
  const value = bytes / 1000 ** power;
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(2)} ${units[power]}`;
}
