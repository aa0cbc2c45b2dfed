import { createRandom } from "@isoflop/laws";
import { expect, it } from "vitest";
import type { LiveRun } from "../../lab/src/server/api.js";
import { summaryOf } from "../../lab/src/server/live/overview.js";
import { progressOf, STATUSES } from "../src/views/study/progress.js";

it("tells of every study what the page tells of the one that it shows", () => {
  const random = createRandom(7);
  const runs = Array.from({ length: 200 }, (): LiveRun => {
    const status = STATUSES[random.integer(STATUSES.length)] ?? "done";
    const [cost, step] = [1 + random.uniform(), random.integer(120)];
    return { status, cost, step, steps: 100 } as LiveRun;
  });
  for (const some of [runs, runs.slice(0, 3), []]) {
    const told = progressOf(some);
    const { runs: all, counts, share } = summaryOf(some);
    expect([all, share]).toEqual([told.runs, told.share]);
    for (const status of STATUSES) expect(counts[status] ?? 0).toBe(told.counts[status]);
  }
});
