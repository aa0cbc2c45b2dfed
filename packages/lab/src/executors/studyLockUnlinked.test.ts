import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { lockStudy } from "./studyLock.js";

vi.mock("node:fs/promises", async (original) => ({
  ...(await original<typeof import("node:fs/promises")>()),
  link: () => Promise.reject(Object.assign(new Error("EPERM: operation not permitted"), { code: "EPERM" })),
}));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-unlinked-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("a folder on a file system without hard links, a USB stick's for one, is locked, refused and released like any other", async () => {
  const unlock = await lockStudy(folder, "export");
  await expect(lockStudy(folder)).rejects.toMatchObject({ code: "study-locked" });
  expect(await readdir(folder)).toEqual([".lock"]);
  await unlock();
  expect(await readdir(folder)).toEqual([]);
  await writeFile(join(folder, ".lock"), "");
  await (await lockStudy(folder))();
  expect(await readdir(folder)).toEqual([]);
});
