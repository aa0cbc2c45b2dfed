import type { LiveRun, StudyProgress } from "../api.js";
import type { Served } from "../served.js";
import type { Look } from "./board.js";

/** How far runs are, as the page tells it of the study that it shows. */
export function summaryOf(runs: Iterable<LiveRun>): Pick<StudyProgress, "runs" | "counts" | "share"> {
  const counts: Partial<Record<LiveRun["status"], number>> = {};
  let [all, behind, total] = [0, 0, 0];
  for (const { status, cost, step, steps } of runs) {
    counts[status] = (counts[status] ?? 0) + 1;
    all++;
    // What is set aside is neither waited for nor counted.
    if (status === "cancelled" || status === "failed") continue;
    total += cost;
    behind += cost * (status === "done" || status === "diverged" ? 1 : Math.min(1, Math.max(0, step / steps)));
  }
  return { runs: all, counts, share: total > 0 ? behind / total : 0 };
}

/** Says how far a study is, for all who ask: its files are looked at when the last answer is older than that, and only what changed is read. */
export function createOverview(
  { key, name, kind }: Served,
  makeLook: () => Look,
  restMs: number,
): () => Promise<StudyProgress> {
  let look: Look | undefined;
  let answer: Promise<StudyProgress> | undefined;
  let answered = Number.NEGATIVE_INFINITY;
  const ask = async (): Promise<StudyProgress> => {
    look ??= makeLook();
    const { board, again } = look;
    const failure = await again(() => {}, false).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    answered = performance.now();
    const { state, runs } = board;
    const problem = failure ?? state.fault?.message;
    return {
      ...{ key, name: state.name === "" ? name : state.name, kind },
      ...summaryOf(runs.values()),
      training: state.training,
      ...(problem === undefined ? {} : { problem }),
    };
  };
  return () => {
    if (answer === undefined || performance.now() - answered >= restMs) {
      // Until it is there, whoever asks waits for the same one.
      answered = Number.POSITIVE_INFINITY;
      answer = ask();
    }
    return answer;
  };
}
