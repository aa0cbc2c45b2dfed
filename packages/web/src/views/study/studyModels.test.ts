import type { LiveRun, StudyState } from "isoflop/api";
import { describe, expect, it } from "vitest";
import { createSmoother, type DrawnRun, holds, lossAt, nearestRun, planeOf, xOf, yOf } from "./curvePlane.js";
import { forecastRows } from "./forecastRows.js";
import { durationOf, fractionOf, isFinished, onlySweep, progressOf } from "./progress.js";
import { placeText, queueText } from "./queuePlace.js";
import { filterRuns, nextSorting, pageOf, parseSorting, sortingText, sortRuns } from "./runRows.js";
import { shortSpec } from "./shortSpec.js";

const PLAIN: LiveRun = {
  id: "0000000000000000",
  name: "run",
  role: "fit",
  status: "pending",
  part: "design",
  budget: 1e10,
  parameters: 1000,
  tokens: 1e6,
  step: 0,
  steps: 100,
  trainLoss: undefined,
  validationLoss: undefined,
  wallSeconds: undefined,
  attempts: 0,
  failures: 0,
  preemptions: 0,
  lost: 0,
  cost: 1,
  stepFlops: 10,
};
const run = (changes: Partial<LiveRun>): LiveRun => ({ ...PLAIN, ...changes });

describe("a place in Slurm's queue", () => {
  it("is told in its own words, and how many runs are in which state", () => {
    const places = [
      { job: "7_0", state: "RUNNING", node: "n1" },
      { job: "7_1", state: "PENDING", reason: "Resources" },
      { job: "7_2", state: "PENDING", reason: "Priority" },
    ];
    expect(places.map(placeText)).toEqual(["RUNNING n1", "PENDING (Resources)", "PENDING (Priority)"]);
    expect(queueText([run({}), ...places.map((slurm) => run({ slurm }))])).toBe("2 PENDING, 1 RUNNING");
    expect(queueText([run({})])).toBeUndefined();
  });
});

describe("a forecast", () => {
  const forecastOf = (
    id: string,
    role: "holdout-optimum" | "holdout-larger",
    interval?: readonly [number, number],
  ) => ({
    ...{ id, role, name: id, parameters: 1, tokens: 1, flops: 1, predicted: 2, law: "chinchilla" as const },
    ...(interval && { predictionInterval95: interval }),
  });
  const stated = {
    statedAt: "2026-11-26T07:31:39.766Z",
    approach: "2",
    budgets: [
      {
        budget: 1e12,
        runs: [forecastOf("a", "holdout-optimum", [1.9, 2.1]), forecastOf("b", "holdout-larger", [1.9, 2.1])],
      },
    ],
  };
  const known = (...runs: LiveRun[]) => new Map(runs.map((one) => [one.id, one]));

  it("is judged by the interval of each run, and the best is told once all are measured", () => {
    const a = run({ id: "a", status: "done", validationLoss: 2.1 });
    const judged = forecastRows(stated, known(a, run({ id: "b", status: "done", validationLoss: 2.1001 })))[0];
    expect(judged?.rows.map(({ held }) => held)).toEqual([true, false]);
    expect(judged?.best?.row.forecast.id).toBe("a");
    expect(judged?.best?.margin).toBeCloseTo(0.0001, 12);
    const half = forecastRows(stated, known(a, run({ id: "b", status: "running", validationLoss: 1 })))[0];
    expect(half?.rows.map(({ measured }) => measured)).toEqual([2.1, undefined]);
    expect(half?.best).toBeUndefined();
  });

  it("is no more than stated where a run is not made yet, and not judged without an interval", () => {
    const bare = { ...stated, budgets: [{ budget: 1e12, runs: [forecastOf("a", "holdout-optimum")] }] };
    expect(forecastRows(bare, known())[0]).toMatchObject({ rows: [{ run: undefined, measured: undefined }] });
    const [only] = forecastRows(bare, known(run({ id: "a", status: "done", validationLoss: 9 })));
    expect(only).toMatchObject({ rows: [{ measured: 9, held: undefined }], best: undefined });
  });
});

describe("progress", () => {
  it("is of the sweep's trials while there is nothing else", () => {
    const trial = run({ part: "sweep" });
    expect(onlySweep(new Map([["a", trial]]))).toBe(true);
    expect(
      onlySweep(
        new Map([
          ["a", trial],
          ["b", run({})],
        ]),
      ),
    ).toBe(false);
    expect(onlySweep(new Map())).toBe(false);
  });

  it("is at its end when nothing is left to train, and none is still to be made", () => {
    const ended = progressOf([run({ status: "done" }), run({ status: "diverged" })]);
    const state = { training: false, heldOut: [] as readonly number[] } as StudyState;
    expect(isFinished(state, ended)).toBe(true);
    expect(isFinished({ ...state, training: true }, ended)).toBe(false);
    // Its runs are made when the forecast is stated.
    expect(isFinished({ ...state, heldOut: [1e12] }, ended)).toBe(false);
    const forecast = { statedAt: "", approach: "2", budgets: [] };
    expect(isFinished({ ...state, heldOut: [1e12], forecast }, ended)).toBe(true);
    // What failed or was cancelled can be taken back.
    for (const status of ["failed", "cancelled", "paused", "pending", "running"] as const)
      expect(isFinished(state, progressOf([run({ status: "done" }), run({ status })]))).toBe(false);
    expect(isFinished(state, progressOf([]))).toBe(false);
  });

  it("is measured in FLOPs, without what was set aside", () => {
    const { counts, runs, ended, share } = progressOf([
      run({ status: "done", cost: 6, step: 40 }),
      run({ status: "running", cost: 3, step: 50 }),
      run({ status: "paused", cost: 1, step: 100 }),
      run({ status: "cancelled", cost: 1000 }),
      run({ status: "failed", cost: 1000, step: 99 }),
    ]);
    expect(share).toBeCloseTo((6 + 1.5 + 1) / 10, 12);
    expect([runs, ended, counts.cancelled, counts.pending]).toEqual([5, 1, 1, 0]);
    expect(progressOf([]).share).toBe(0);
  });

  it("of a run that ended early is all of it, and never more", () => {
    expect(fractionOf(run({ status: "done", step: 10 }))).toBe(1);
    expect(fractionOf(run({ status: "running", step: 500 }))).toBe(1);
  });

  it("takes times of at most two parts", () => {
    expect(durationOf(59.4)).toEqual({ seconds: 59 });
    expect(durationOf(59.6)).toEqual({ minutes: 1, seconds: 0 });
    expect(durationOf(3599.7)).toEqual({ hours: 1, minutes: 0 });
    expect(durationOf(86_399)).toEqual({ days: 1, hours: 0 });
    expect(durationOf(200_000)).toEqual({ days: 2, hours: 8 });
    expect(durationOf(-3)).toEqual({ seconds: 0 });
  });
});

describe("rows of the table", () => {
  const runs = [
    run({ id: "a", name: "C1-N9", parameters: 9, validationLoss: 2, status: "done" }),
    run({ id: "b", name: "C1-N3", parameters: 3, status: "failed", failures: 2 }),
    run({
      id: "c",
      name: "C2-N3",
      parameters: 3,
      budget: 2e10,
      validationLoss: 1,
      status: "done",
      role: "holdout-optimum",
    }),
    run({ id: "d", name: "trial", part: "sweep", budget: undefined, parameters: 1 }),
  ];
  const ids = (rows: readonly LiveRun[]) => rows.map(({ id }) => id).join("");

  it("are those with every word and the status, trials of a sweep only where asked for", () => {
    const filter = { status: undefined, text: "", sweep: false } as const;
    expect(ids(filterRuns(runs, filter))).toBe("abc");
    expect(ids(filterRuns(runs, { ...filter, sweep: true }))).toBe("abcd");
    expect(ids(filterRuns(runs, { ...filter, text: " n3  C1" }))).toBe("b");
    expect(ids(filterRuns(runs, { ...filter, text: "holdout" }))).toBe("c");
    expect(ids(filterRuns(runs, { ...filter, status: "done" }))).toBe("ac");
  });

  it("stand by budget and size, or by a column, without a value last either way", () => {
    expect(ids(sortRuns(runs, parseSorting(null)))).toBe("dbac");
    expect(ids(sortRuns(runs, parseSorting("validationLoss")))).toBe("cadb");
    expect(ids(sortRuns(runs, parseSorting("-validationLoss")))).toBe("acdb");
    expect(ids(sortRuns(runs, parseSorting("-name")))).toBe("dcab");
    expect(ids(sortRuns(runs, parseSorting("failures"))).at(-1)).toBe("b");
  });

  it("are sorted up, down and not at all by three clicks, as the address has it", () => {
    const first = nextSorting(parseSorting(null), "tokens");
    const second = nextSorting(first, "tokens");
    expect([first, second, nextSorting(second, "tokens")].map(sortingText)).toEqual(["tokens", "-tokens", undefined]);
    for (const odd of ["", "-", "constructor", "-toString"]) expect(parseSorting(odd).column).toBeUndefined();
  });

  it("come in pages, the nearest where there is none of that number", () => {
    const rows = Array.from({ length: 120 }, (_, i) => i);
    expect(pageOf(rows, 3)).toMatchObject({ page: 3, pages: 3, first: 100, rows: rows.slice(100) });
    for (const [wanted, page] of [
      [0, 1],
      [9, 3],
      [Number.NaN, 1],
    ] as const)
      expect(pageOf(rows, wanted).page).toBe(page);
    expect(pageOf([], 2)).toMatchObject({ page: 1, pages: 1, rows: [] });
  });
});

describe("the plane of training curves", () => {
  const drawn = (id: string, losses: readonly number[], stepFlops = 10): DrawnRun => ({
    run: run({ id, stepFlops }),
    curve: losses.flatMap((loss, i) => [10 ** i, loss]),
  });
  const one = drawn("one", [8, 4, 2]);
  const two = drawn("two", [8, 6, 5]);

  it("holds every curve, and reaches to where the runs will end", () => {
    const plane = planeOf([one, two], 400, 300);
    if (plane === undefined) throw new Error("no plane");
    expect(plane.x[0]).toBeLessThan(10);
    expect(plane.x[1]).toBeGreaterThan(1000);
    expect([xOf(plane, plane.x[0]), xOf(plane, plane.x[1])]).toEqual([0, 400]);
    expect([yOf(plane, plane.y[0]), yOf(plane, plane.y[1])]).toEqual([300, 0]);
    expect(holds(plane, [200, 2])).toBe(true);
    expect(holds(plane, [200, 2, 201, 1.5])).toBe(false);
    expect(planeOf([{ run: PLAIN, curve: [] }], 400, 300)).toBeUndefined();
  });

  it("tells a loss between two points by the logarithms, and none beyond them", () => {
    expect(lossAt(one, 10 * 10)).toBe(4);
    expect(lossAt(one, 10 * Math.sqrt(10))).toBeCloseTo(Math.sqrt(32), 12);
    expect([lossAt(one, 9), lossAt(one, 10 * 101)]).toEqual([undefined, undefined]);
  });

  it("finds the curve under the pointer, also at its end, and none far away", () => {
    const plane = planeOf([one, two], 400, 300);
    if (plane === undefined) throw new Error("no plane");
    const at = (flops: number, loss: number) =>
      nearestRun([one, two], plane, xOf(plane, flops), yOf(plane, loss))?.run.id;
    expect(at(100, 4.1)).toBe("one");
    expect(at(100, 5.9)).toBe("two");
    expect(at(1005, 5)).toBe("two");
    expect(nearestRun([one, two], plane, 380, 5)).toBeUndefined();
  });

  it("smooths noise around a power law to its course", () => {
    const smoother = createSmoother();
    let worst = 0;
    for (let step = 1; step <= 2000; step++) {
      const law = 5 * step ** -0.2;
      const smooth = smoother.add(step, law * (step % 2 === 0 ? 1.1 : 1 / 1.1));
      if (step > 200) worst = Math.max(worst, Math.abs(Math.log(smooth / law)));
    }
    expect(worst).toBeLessThan(0.04);
    expect(createSmoother().add(7, 3)).toBeCloseTo(3, 12);
  });
});

it("a run.json is told in short only where it is one", () => {
  const spec = {
    shape: { width: 44, layers: 2, heads: 4, context: 64 },
    batch: { sequences: 2 },
    optimizer: { learningRate: 0.0056 },
    seed: 0,
  };
  expect(shortSpec(spec)).toMatchObject({ width: 44, sequences: 2, learningRate: 0.0056, seed: 0 });
  for (const odd of [undefined, null, "text", {}, { ...spec, shape: "wide" }, { ...spec, seed: "0" }]) {
    expect(shortSpec(odd)).toBeUndefined();
  }
});
