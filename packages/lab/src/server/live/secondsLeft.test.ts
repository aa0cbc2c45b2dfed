import type { MetricsLine, RunResult, RunSpec } from "@isoflop/trainer";
import { describe, expect, it } from "vitest";
import type { RunState, RunStatus } from "../../runs/status.js";
import type { Study } from "../../study/schema.js";
import { secondsLeft } from "./secondsLeft.js";

const study = (workers: number) => ({ executor: { kind: "local", workers, threads: 1 } }) as Study;

/** A run of 100 steps that trains at 1e9 FLOP/s where it is done or half done. */
function state(status: RunStatus, seconds: number, step = 0, time = 0): RunState {
  const spec = {
    parameters: { total: 1000 },
    tokens: 1000,
    flopsPerToken: { hoffmann: seconds * 1e6 },
    steps: 100,
    evaluation: { everySteps: 0, sequences: 1 },
    data: { validationSets: [] },
    shape: { context: 64 },
  } as unknown as RunSpec;
  const last = step > 0 ? ({ step, time } as MetricsLine) : undefined;
  const result = status === "done" ? ({ status, steps: 100, wallSeconds: seconds } as RunResult) : undefined;
  return { folder: "", spec, status, last, result };
}

describe("the time left", () => {
  it("is that of what waits and of the rest of what is at work, at the speed of those before, on so many workers", () => {
    const states = [state("done", 10), state("running", 20, 50, 10), state("pending", 10), state("pending", 5)];
    expect(secondsLeft(states, study(1))).toBeCloseTo(10 + 10 + 5, 9);
    expect(secondsLeft(states, study(2))).toBeCloseTo(15, 9);
    expect(secondsLeft(states, study(99))).toBeCloseTo(10, 9);
  });

  it("is known from runs at work alone, once they have trained for a second", () => {
    expect(secondsLeft([state("running", 20, 50, 10)], study(1))).toBeCloseTo(10, 9);
    expect(secondsLeft([state("running", 20, 1, 0.2), state("pending", 5)], study(1))).toBeUndefined();
  });

  it("does not count what is held or set aside, and is not told where nothing is left or nothing known", () => {
    const held = [state("paused", 50), state("cancelled", 50), state("failed", 50)];
    expect(secondsLeft([state("done", 10), ...held], study(1))).toBeUndefined();
    expect(secondsLeft([state("done", 10), state("pending", 3), ...held], study(1))).toBeCloseTo(3, 9);
    expect(secondsLeft([state("pending", 3)], study(1))).toBeUndefined();
  });

  it("of a cluster without a limit is that of its longest run", () => {
    const cluster = { executor: { kind: "slurm", atOnce: 1 } } as Study;
    expect(secondsLeft([state("done", 10), state("pending", 4), state("pending", 7)], cluster)).toBeCloseTo(7, 9);
  });
});
