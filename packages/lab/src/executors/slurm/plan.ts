import type { RunSpec } from "@isoflop/trainer";
import { costOf } from "../execution.js";

/**
 * Runs dealt out to tasks, each task's in the order in which they are trained: the longest first, each to the task with the
 * least to do, so that tasks take about equally long and the longest are submitted first.
 */
export function planTasks(specs: readonly RunSpec[], runsPerTask: number): string[][] {
  const tasks = Array.from({ length: Math.ceil(specs.length / runsPerTask) }, () => ({
    runs: [] as string[],
    cost: 0,
  }));
  const longestFirst = [...specs].sort((a, b) => costOf(b) - costOf(a) || (a.id < b.id ? -1 : 1));
  for (const spec of longestFirst) {
    const free = tasks.filter(({ runs }) => runs.length < runsPerTask);
    const least = free.reduce((a, b) => (b.cost < a.cost ? b : a));
    least.runs.push(spec.id);
    least.cost += costOf(spec);
  }
  return tasks.sort((a, b) => b.cost - a.cost).map(({ runs }) => runs);
}

/** One job array to be: tasks `first`, `first + 1`, … of a submission, as indices 0, 1, …. */
export interface PlannedArray {
  readonly first: number;
  readonly count: number;
  /** How many of its tasks may run at a time. */
  readonly atATime?: number;
  /** It waits for the end of the array at this place. */
  readonly after?: number;
}

/**
 * Arrays of at most `largest` tasks. A limit on tasks at a time is Slurm's for each array: it is shared out among them, and where
 * there are more arrays than that, one waits for another.
 */
export function planArrays(first: number, tasks: number, largest: number, concurrency?: number): PlannedArray[] {
  const number = Math.ceil(tasks / largest);
  const sizes = Array.from({ length: number }, (_, i) => Math.min(largest, tasks - i * largest));
  const side = Math.min(number, concurrency ?? number);
  return sizes.map((count, i) => {
    const lane = i % side;
    const share =
      concurrency === undefined ? undefined : Math.floor(concurrency / side) + Number(lane < concurrency % side);
    return {
      first: first + i * largest,
      count,
      ...(share === undefined ? {} : { atATime: share }),
      ...(i < side ? {} : { after: i - side }),
    };
  });
}
