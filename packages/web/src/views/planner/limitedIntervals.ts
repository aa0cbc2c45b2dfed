import type { Alternative } from "@isoflop/laws";
import { signal } from "@preact/signals";
import type { LimitedRequest } from "./planLaw.js";

/** What the worker answered of one law. */
export interface LimitedAnswer extends Omit<LimitedRequest, "fit"> {
  readonly intervals95?: NonNullable<Alternative["intervals95"]>;
}

/** The newest answer for each law, by its id. */
export const limitedAnswers = signal<ReadonlyMap<string, LimitedAnswer>>(new Map());

/** Asked once the reader has let go of the slider, ms. */
const REST = 120;

let worker: Worker | undefined;
let pending: ReturnType<typeof setTimeout> | undefined;

function started(): Worker {
  const made = new Worker(new URL("./limitedWorker.ts", import.meta.url), { type: "module" });
  made.addEventListener("message", ({ data }: MessageEvent<LimitedAnswer>) => {
    limitedAnswers.value = new Map(limitedAnswers.peek()).set(data.id, data);
  });
  return made;
}

/** Asks for intervals; what was asked before and is not answered yet is of no more interest. */
export function askIntervals(requests: readonly LimitedRequest[]): void {
  clearTimeout(pending);
  if (requests.length === 0) return;
  pending = setTimeout(() => {
    worker ??= started();
    for (const request of requests) worker.postMessage(request);
  }, REST);
}
