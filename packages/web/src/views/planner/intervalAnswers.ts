import { signal } from "@preact/signals";
import type { IntervalRequest, intervalsOf } from "./intervals.js";

/** What the worker answered. */
export interface IntervalAnswer extends Omit<IntervalRequest, "fit"> {
  readonly intervals95: ReturnType<typeof intervalsOf>;
}

type Asked = Pick<IntervalAnswer, "kind" | "id">;
const keyOf = ({ kind, id }: Asked): string => `${kind} ${id}`;

/** The newest answers. */
const answers = signal<ReadonlyMap<string, IntervalAnswer>>(new Map());

/** Intervals that have come for just these numbers. */
export function answered(asked: Omit<IntervalRequest, "fit">): IntervalAnswer["intervals95"] {
  const answer = answers.value.get(keyOf(asked));
  return answer?.flops === asked.flops && answer.tokens === asked.tokens ? answer.intervals95 : undefined;
}

/** Asked once the reader has let go of the slider, ms. */
const REST = 120;

let worker: Worker | undefined;
let pending: ReturnType<typeof setTimeout> | undefined;

function started(): Worker {
  const made = new Worker(new URL("./intervalWorker.ts", import.meta.url), { type: "module" });
  made.addEventListener("message", ({ data }: MessageEvent<IntervalAnswer>) => {
    answers.value = new Map(answers.peek()).set(keyOf(data), data);
  });
  return made;
}

/** Asks for intervals, in place of what was asked before and has not been sent. */
export function askIntervals(requests: readonly IntervalRequest[]): void {
  clearTimeout(pending);
  if (requests.length === 0) return;
  pending = setTimeout(() => {
    worker ??= started();
    for (const request of requests) worker.postMessage(request);
  }, REST);
}
