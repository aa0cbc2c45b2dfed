import { Writable } from "node:stream";
import type { RunSpec } from "@isoflop/trainer";
import { describe, expect, it } from "vitest";
import { filled, runLine, showProgress } from "./progress.js";

const spec = { id: "a".repeat(16), name: "holdout-optimum-C1.25e12-N214k-s0", steps: 100 };

describe("the live display", () => {
  it("keeps every run on one line at any width, giving up the bar first", () => {
    for (const width of [200, 80, 60, 40, 30]) {
      const line = runLine({ spec, fraction: 0.5, loss: 2.345 }, width);
      expect(line.length).toBeLessThan(width);
      expect(line).toContain("50 %  loss 2.345");
      expect(line.includes("█")).toBe(width >= 60);
    }
    expect(runLine({ spec, fraction: 0.5, loss: undefined }, 30)).toMatch(/^ {2}hold.*… +50 % {2}loss -$/);
  });

  it("neither waits for runs that are held nor counts them, and says how many there are", async () => {
    let text = "";
    const stream = new Writable({
      write(chunk, _encoding, done) {
        text += String(chunk);
        done();
      },
    });
    const run = (name: string) => ({ ...spec, id: name, name, tokens: 10, flopsPerToken: { hoffmann: 1 } }) as RunSpec;
    const runs = ["first", "second", "third"].map(run);
    const progress = await showProgress("t", runs, "/nowhere", stream as unknown as NodeJS.WriteStream, ["third"]);
    for (const kind of ["started", "done"] as const) progress.onEvent({ kind, spec: run("first") });
    for (const kind of ["started", "paused"] as const) progress.onEvent({ kind, spec: run("second") });
    await progress.close();
    expect(text).toMatch(/^second paused\nt: 1\/1 runs \(2 held\), 100 % of the FLOPs, .*took \d+ s\n$/);
    for (const kind of ["started", "done"] as const) progress.onEvent({ kind, spec: run("second") });
    await progress.close();
    expect(text).toMatch(/t: 2\/2 runs \(1 held\), 100 %.*\n$/);
  });

  it("breaks the summary between its parts, never inside one", () => {
    const parts = ["ladder: 3/35 runs", "42 % of the FLOPs", "3.1e10 FLOP/s", "ETA 1 min 20 s"];
    expect(filled(parts, Number.POSITIVE_INFINITY)).toBe(parts.join(", "));
    expect(filled(parts, 40)).toBe("ladder: 3/35 runs, 42 % of the FLOPs\n  3.1e10 FLOP/s, ETA 1 min 20 s");
  });
});
