import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkExportFolder, EXPORT_MANIFEST, replaceExport } from "./exportFolder.js";

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "isoflop-export-"));
  folder = join(root, "exported");
});
afterEach(() => rm(root, { recursive: true, force: true }));

const said = { title: "t" };
const write = (files: Readonly<Record<string, string>>) =>
  replaceExport(folder, async (place) => {
    expect(place.final).toBe(folder);
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(place.folder, path, ".."), { recursive: true });
      await writeFile(join(place.folder, path), text);
    }
    return said;
  });
const listed = async () => (await readdir(folder, { recursive: true })).sort();

describe("an export's folder", () => {
  it("has the new export's files in place of the old ones; what others put there stays", async () => {
    await write({ "a.csv": "1", "b/c.csv": "1", "b/d.csv": "1" });
    await writeFile(join(folder, "b", "notes.txt"), "mine");
    await write({ "a.csv": "2", "e/f.csv": "2" });
    expect(await listed()).toEqual(["a.csv", "b", "b/notes.txt", "e", "e/f.csv", EXPORT_MANIFEST]);
    expect(await readFile(join(folder, "a.csv"), "utf8")).toBe("2");
    expect(JSON.parse(await readFile(join(folder, EXPORT_MANIFEST), "utf8"))).toEqual({
      format: 1,
      ...said,
      files: ["a.csv", "e/f.csv"],
    });
  });

  it("is as it was when writing fails, and is not there when it was not", async () => {
    const failing = () =>
      replaceExport(folder, async (place) => {
        await writeFile(join(place.folder, "half.csv"), "1");
        throw new Error("torn");
      });
    await expect(failing()).rejects.toThrow("torn");
    expect(await readdir(root)).toEqual([]);
    await write({ "a.csv": "1" });
    const before = await readFile(join(folder, EXPORT_MANIFEST), "utf8");
    await expect(failing()).rejects.toThrow("torn");
    expect(await listed()).toEqual(["a.csv", EXPORT_MANIFEST]);
    expect(await readFile(join(folder, EXPORT_MANIFEST), "utf8")).toBe(before);
  });

  it("is refused when it is another's, with what to do", async () => {
    await mkdir(folder);
    expect(await checkExportFolder(folder)).toEqual([]);
    await writeFile(join(folder, "thesis.tex"), "years of work");
    await expect(write({})).rejects.toMatchObject({
      code: "export-folder",
      exitCode: 2,
      hint: expect.stringMatching(/new folder/),
    });
    await expect(checkExportFolder(join(folder, "thesis.tex"))).rejects.toMatchObject({ code: "export-folder" });
    expect(await readdir(folder)).toEqual(["thesis.tex"]);
  });

  it("removes nothing outside of itself, whatever its export.json says", async () => {
    await write({ "a.csv": "1" });
    await writeFile(join(root, "outside.txt"), "mine");
    for (const file of ["../outside.txt", join(root, "outside.txt"), "b/../../outside.txt", ""]) {
      await writeFile(join(folder, EXPORT_MANIFEST), JSON.stringify({ format: 1, files: [file] }));
      await expect(write({ "a.csv": "2" })).rejects.toMatchObject({ code: "export-folder" });
    }
    expect(await readFile(join(root, "outside.txt"), "utf8")).toBe("mine");
  });
});
