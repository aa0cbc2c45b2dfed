import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockStudy } from "./studyLock.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-lock-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the lock of a study", () => {
  it("lets one lab in and names it to the second", async () => {
    const release = await lockStudy(folder);
    await expect(lockStudy(folder)).rejects.toMatchObject({
      code: "study-locked",
      exitCode: 1,
      message: expect.stringContaining(`process ${process.pid} on ${hostname()}`),
    });
    await release();
    await (await lockStudy(folder))();
    expect(await readdir(folder)).toEqual([]);
  });

  it("says what is at work, a study's runs or an import", async () => {
    const release = await lockStudy(folder, "import");
    await expect(lockStudy(folder)).rejects.toMatchObject({
      code: "study-locked",
      message: expect.stringContaining(`Runs are being imported into this folder by process ${process.pid}`),
    });
    await release();
    const again = await lockStudy(folder);
    await expect(lockStudy(folder, "import")).rejects.toMatchObject({
      message: expect.stringMatching(/^This study is being run by process/),
    });
    await again();
  });

  it("of a dead process is taken over, also when its number has been given anew", async () => {
    const dead = spawn(process.execPath, ["-e", ""]);
    await new Promise((resolve) => dead.on("close", resolve));
    const stale = { pid: dead.pid, host: hostname(), since: "2020-01-01T00:00:00Z" };
    await writeFile(join(folder, ".lock"), JSON.stringify(stale));
    await (await lockStudy(folder))();
    if (!existsSync("/proc/self/stat")) return;
    await writeFile(join(folder, ".lock"), JSON.stringify({ ...stale, pid: process.pid, start: "1@another boot" }));
    await (await lockStudy(folder))();
    await writeFile(join(folder, ".lock"), "");
    await (await lockStudy(folder))();
  });

  it("leaves no drafts of labs that were killed while they asked for it, and those of living ones alone", async () => {
    const dead = spawn(process.execPath, ["-e", ""]);
    await new Promise((resolve) => dead.on("close", resolve));
    const living = `.lock-${hostname()}-${process.pid}-00000001`;
    for (const name of [`.lock-${hostname()}-${dead.pid}-0000000f`, living, ".lock-elsewhere-1-0000000f"])
      await writeFile(join(folder, name), "");
    await (await lockStudy(folder))();
    expect((await readdir(folder)).sort()).toEqual([".lock-elsewhere-1-0000000f", living].sort());
  });

  it("of another host is respected", async () => {
    await writeFile(
      join(folder, ".lock"),
      JSON.stringify({ pid: 1, host: "elsewhere", since: "2020-01-01T00:00:00Z" }),
    );
    await expect(lockStudy(folder)).rejects.toMatchObject({ code: "study-locked" });
  });
});
