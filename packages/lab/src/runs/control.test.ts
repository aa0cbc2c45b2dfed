import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Control, holdOf, liftHold, placeHold, readControl, watchControl } from "./control.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-control-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("what is held in a study", () => {
  it("is nothing until it is said, the stronger of what is said of a run and of its study, and nothing again", async () => {
    const holds = async () => {
      const control = await readControl(folder);
      return ["a", "b"].map((id) => holdOf(control, id));
    };
    expect(await holds()).toEqual([undefined, undefined]);
    await placeHold(folder, "paused", "a");
    expect(await holds()).toEqual(["paused", undefined]);
    await placeHold(folder, "paused");
    await placeHold(folder, "cancelled", "b");
    expect(await holds()).toEqual(["paused", "cancelled"]);
    await placeHold(folder, "cancelled");
    expect(await holds()).toEqual(["cancelled", "cancelled"]);
    await liftHold(folder);
    expect(await holds()).toEqual(["paused", "cancelled"]);
    await liftHold(folder, "b", "paused");
    expect(await holds()).toEqual(["paused", "cancelled"]);
    for (const id of ["a", "b"]) await liftHold(folder, id);
    expect(await holds()).toEqual([undefined, undefined]);
    expect(await readdir(join(folder, "control"))).toEqual([]);
  });

  it("may be said twice and by many at once, and files of others mean nothing", async () => {
    await Promise.all(Array.from({ length: 8 }, () => placeHold(folder, "paused", "a")));
    await Promise.all([liftHold(folder, "a"), liftHold(folder, "a")]);
    for (const name of ["README.txt", ".a.pause", "notes"]) await writeFile(join(folder, "control", name), "");
    expect(await readControl(folder)).toEqual({ study: undefined, runs: new Map() });
  });

  it("is told at every change, and no longer once nobody listens", async () => {
    const told: (string | undefined)[] = [];
    let heard = () => {};
    const next = () => new Promise<void>((resolve) => (heard = resolve));
    const watching = await watchControl(folder, (control: Control) => {
      told.push(holdOf(control, "a"));
      heard();
    });
    for (const change of [
      () => placeHold(folder, "paused", "a"),
      () => liftHold(folder, "a"),
      () => placeHold(folder, "cancelled"),
    ]) {
      const noticed = next();
      await change();
      await noticed;
    }
    watching.close();
    expect(told).toEqual([undefined, "paused", undefined, "cancelled"]);
  });
});
