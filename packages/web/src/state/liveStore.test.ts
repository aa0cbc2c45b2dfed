import type { LiveRun, StudySnapshot } from "isoflop/api";
import { describe, expect, it } from "vitest";
import { afterEvent, afterUpdate, pageTitle } from "./liveStore.js";

const run = (id: string, step: number) => ({ id, step }) as LiveRun;
const snapshot = { key: "k", name: "s", runs: [run("a", 1), run("b", 2)] } as unknown as StudySnapshot;
const steps = (curve: readonly number[]) => curve.filter((_, i) => i % 2 === 0);

describe("a study as its events tell it", () => {
  it("begins with its snapshot, and changes by what follows, never what was shown before", () => {
    expect(afterEvent(undefined, "runs", [run("a", 5)])).toBeUndefined();
    const first = afterEvent(undefined, "snapshot", snapshot);
    const later = afterEvent(first, "runs", [run("b", 7), run("c", 1)]);
    expect([...(later?.runs.values() ?? [])].map(({ id, step }) => [id, step])).toEqual([
      ["a", 1],
      ["b", 7],
      ["c", 1],
    ]);
    expect(first?.runs.get("b")?.step).toBe(2);
    expect([...(afterEvent(later, "gone", ["a", "x"])?.runs.keys() ?? [])]).toEqual(["b", "c"]);
    const held = { ...snapshot, runs: undefined, held: "paused" } as unknown as StudySnapshot;
    expect(afterEvent(later, "state", held)).toMatchObject({ state: { held: "paused" } });
    expect(afterEvent(later, "state", held)?.runs).toBe(later?.runs);
    // A connection made anew: what is gone since is gone.
    expect([...(afterEvent(later, "snapshot", snapshot)?.runs.keys() ?? [])]).toEqual(["a", "b"]);
  });
});

describe("the name of the tab", () => {
  it("tells how many runs of a study have ended; of other runs, and of none, only the view", () => {
    const runs = [{ ...run("a", 1), status: "done" }, { ...run("b", 1), status: "diverged" }, run("c", 1)];
    const study = (kind: string) =>
      afterEvent(undefined, "snapshot", { name: "sotu", kind, runs } as unknown as StudySnapshot);
    expect(pageTitle("Laws", study("study"))).toBe("2/3 sotu · Laws · isoflop");
    expect(pageTitle("Laws", study("imported"))).toBe("Laws · isoflop");
    expect(pageTitle("Laws", undefined)).toBe("Laws · isoflop");
  });
});

describe("a curve", () => {
  it("grows by what is new, and is replaced where the run was cut back", () => {
    const grown = afterUpdate([1, 5, 2, 4], { id: "a", whole: false, points: [3, 3] });
    expect(grown).toEqual([1, 5, 2, 4, 3, 3]);
    expect(afterUpdate(grown, { id: "a", whole: true, points: [1, 5] })).toEqual([1, 5]);
    expect(afterUpdate(undefined, { id: "a", whole: false, points: [9, 1] })).toEqual([9, 1]);
  });

  it("of any length keeps its beginning, its end, its order, and no more points than a screen shows", () => {
    let curve: readonly number[] = [];
    for (let step = 1; step <= 20_000; step++) {
      curve = afterUpdate(curve, { id: "a", whole: false, points: [step, 1 / step] });
    }
    expect(curve.length).toBeLessThanOrEqual(4000);
    const shown = steps(curve);
    expect(shown.slice(0, 200)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(shown.at(-1)).toBe(20_000);
    expect(shown.every((step, i) => i === 0 || step > (shown[i - 1] ?? 0))).toBe(true);
    for (let i = 0; i < curve.length; i += 2) expect(curve[i + 1]).toBe(1 / (curve[i] ?? 0));
  });
});
