import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noteAttempt, noteEnding, readAttempts } from "./attempts.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-attempts-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the attempts on a run", () => {
  it("are told with their endings, and those that were lost without", async () => {
    expect(await readAttempts(folder)).toEqual([]);
    await noteAttempt(folder);
    await noteAttempt(folder, "7_3");
    await noteEnding(folder, "preempted", "SIGTERM");
    await noteAttempt(folder);
    await noteEnding(folder, "done");
    expect(await readAttempts(folder)).toMatchObject([
      { host: hostname() },
      { job: "7_3", ending: "preempted", reason: "SIGTERM" },
      { ending: "done" },
    ]);
    expect((await readAttempts(folder))[0]).not.toHaveProperty("ending");
  });

  it("survive a line that was cut off", async () => {
    await noteAttempt(folder);
    await appendFile(join(folder, "attempts.jsonl"), '{"ended":"2026-');
    await noteAttempt(folder);
    await noteEnding(folder, "failed", "exit code 1");
    expect((await readAttempts(folder)).map(({ ending }) => ending)).toEqual([undefined, "failed"]);
  });
});
