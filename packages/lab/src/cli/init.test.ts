import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";
import { parseStudy } from "../study/parse.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-init-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("isoflop init", () => {
  it("takes a folder whose name YAML would read as a number or a truth value", async () => {
    for (const name of ["2024", "true", "1e5", "null"]) {
      const made = await command("init", join(folder, name), "--json");
      expect({ name, code: made.code }).toEqual({ name, code: 0 });
      const { file } = JSON.parse(made.stdout);
      expect(parseStudy(await readFile(file, "utf8"), file).name).toBe(name);
    }
  });

  it("writes a study that parses, naming the corpus from where the study lies, and never overwrites", async () => {
    const corpus = join(folder, "text.txt");
    await writeFile(corpus, "words ".repeat(10_000));
    const made = await command("init", join(folder, "my study"), "--corpus", corpus, "--json");
    expect(made.code).toBe(0);
    const { file, name } = JSON.parse(made.stdout);
    expect(name).toBe("my-study");
    expect(parseStudy(await readFile(file, "utf8"), file)).toMatchObject({ name: "my-study", data: { corpus } });
    const again = await command("init", join(folder, "my study"));
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/is there already/);
  });
});
