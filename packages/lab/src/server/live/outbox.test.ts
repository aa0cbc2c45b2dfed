import { describe, expect, it } from "vitest";
import type { LiveRun, StudyState } from "../api.js";
import type { Board } from "./board.js";
import { createOutbox, type LiveMessage } from "./outbox.js";

const curve = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => [from + i, 2]).flat();

function boardOf(runs: number, points: number): Board {
  const ids = Array.from({ length: runs }, (_, i) => `run-${i}`);
  return {
    state: { name: "s" } as StudyState,
    runs: new Map(ids.map((id) => [id, { id, step: points } as LiveRun])),
    curves: new Map(ids.map((id) => [id, curve(1, points)])),
  };
}

const namesOf = (messages: readonly LiveMessage[]) => messages.map(({ event }) => event);
const curvesOf = (messages: readonly LiveMessage[]) =>
  messages.flatMap((message) => (message.event === "curves" ? message.data : []));

describe("what a listener has yet to be told", () => {
  it("is a snapshot at first, and then each curve once, in parts", () => {
    const outbox = createOutbox(boardOf(1000, 100));
    const first = outbox.take();
    expect(namesOf(first)).toEqual(["snapshot", "curves"]);
    const seen = curvesOf(first).map(({ id }) => id);
    let parts = 1;
    for (; !outbox.isEmpty(); parts++) seen.push(...curvesOf(outbox.take()).map(({ id }) => id));
    expect(parts).toBeGreaterThan(5);
    expect(new Set(seen).size).toBe(1000);
    expect(seen).toHaveLength(1000);
    expect(outbox.take()).toEqual([]);
  });

  it("is told together and as it is when it is taken, however often it changed", () => {
    const board = boardOf(3, 2);
    const outbox = createOutbox(board);
    outbox.take();
    for (const step of [3, 4, 5]) {
      board.runs.set("run-1", { id: "run-1", step } as LiveRun);
      board.curves.get("run-1")?.push(step, 2);
      outbox.put({ runs: ["run-1"], curves: [{ id: "run-1", whole: false, points: [step, 2] }] });
    }
    board.runs.delete("run-2");
    outbox.put({ runs: ["run-2"] });
    outbox.put({ gone: ["run-2"], state: true });
    expect(outbox.take()).toEqual([
      { event: "gone", data: ["run-2"] },
      { event: "runs", data: [{ id: "run-1", step: 5 }] },
      { event: "state", data: { name: "s" } },
      { event: "curves", data: [{ id: "run-1", whole: false, points: [3, 2, 4, 2, 5, 2] }] },
    ]);
    expect(outbox.isEmpty()).toBe(true);
  });

  it("does not pile up for one who is slow: a curve that has waited too long is sent anew as a whole", () => {
    const board = boardOf(1, 10);
    const outbox = createOutbox(board);
    outbox.take();
    for (let step = 11; step <= 5000; step++) {
      outbox.put({ curves: [{ id: "run-0", whole: false, points: [step, 2] }] });
    }
    board.curves.set("run-0", curve(4990, 5000));
    expect(outbox.take()).toEqual([
      { event: "curves", data: [{ id: "run-0", whole: true, points: curve(4990, 5000) }] },
    ]);
    // Cut back before the points that waited had been taken.
    outbox.put({ curves: [{ id: "run-0", whole: false, points: [5001, 2] }] });
    board.curves.set("run-0", [1, 2]);
    outbox.put({ curves: [{ id: "run-0", whole: true, points: [1, 2] }] });
    outbox.put({ curves: [{ id: "run-0", whole: false, points: [2, 2] }] });
    board.curves.set("run-0", [1, 2, 2, 2]);
    expect(curvesOf(outbox.take())).toEqual([{ id: "run-0", whole: true, points: [1, 2, 2, 2] }]);
  });
});
