import { writeFileSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { command } from "../../fixtures/testIo.js";
import type { StudyListing, StudyObservationsPage } from "../api.js";
import { listenTo, makeStudy, serverOf } from "./fixtures.js";

let study: string;
beforeEach(async () => {
  study = await makeStudy();
});
afterEach(async () => {
  delete process.env.ISOFLOP_CACHE;
  await rm(dirname(study), { recursive: true, force: true });
});

it("a study.yaml that is edited is read as the verbs read it; a broken one is told and changes nothing until it is mended", async () => {
  await command("run", study);
  const file = join(study, "study.yaml");
  const text = await readFile(file, "utf8");
  const { key, ask } = await serverOf(study);
  const page = listenTo(await ask(`/${key}/events`));
  await page.until(() => page.runs.size === 9);
  const observations = async () => (await (await ask(`/${key}/observations`)).json()) as StudyObservationsPage;
  const sizes = () => [...page.runs.values()].map(({ name, parameters }) => `${name} ${parameters}`).sort();
  const told = async () => {
    const { runs } = JSON.parse((await command("status", study, "--json")).stdout) as {
      readonly runs: readonly { readonly name: string; readonly parameters: number }[];
    };
    return runs.map(({ name, parameters }) => `${name} ${parameters}`).sort();
  };
  const first = { sizes: sizes(), mark: page.state()?.observations };
  expect(first.sizes).toEqual(await told());

  // Another name, another way to count: the same runs have other sizes.
  await writeFile(file, `${text.replace("name: live", "name: counted")}counting: { parameters: non-embedding }\n`);
  await page.until(() => page.state()?.name === "counted" && page.state()?.counting === "non-embedding");
  const second = { sizes: sizes(), mark: page.state()?.observations };
  expect(second.sizes).not.toEqual(first.sizes);
  expect(second.sizes).toEqual(await told());
  expect(second.mark).not.toBe(first.mark);
  expect(await observations()).toMatchObject({
    title: "counted",
    mark: second.mark,
    convention: { parameters: "non-embedding" },
  });
  expect((await (await ask("")).json()) as StudyListing[]).toMatchObject([{ name: "counted" }]);

  // Broken: what is wrong is said, with its place, and all stays as it was.
  const edited = await readFile(file, "utf8");
  await writeFile(file, edited.replace("kind: isoflop", "kind: isoflap"));
  await page.until(() => page.state()?.fault !== undefined);
  expect(page.state()?.fault?.message).toMatch(/study\.yaml:4:\d+: .*isoflop/);
  const { stderr, code } = await command("status", study);
  expect(code).toBe(2);
  expect(stderr).toContain(page.state()?.fault?.message);
  expect(sizes()).toEqual(second.sizes);
  expect(await observations()).toMatchObject({ title: "counted", mark: second.mark });

  // An editor may take the file away for a moment.
  await rename(file, `${file}.bak`);
  await page.until(() => page.state()?.fault?.message.includes("There is no") ?? false);
  await rename(`${file}.bak`, file);
  await page.until(() => page.state()?.fault?.message.includes("isoflap") ?? false);

  await writeFile(file, `# mended\n${text}`);
  await page.until(() => page.state()?.fault === undefined && page.state()?.name === "live");
  expect(sizes()).toEqual(first.sizes);
  expect(page.state()?.observations).toBe(first.mark);
  expect(page.seen.filter(({ event }) => event === "snapshot")).toHaveLength(1);
  await page.close();
});

it("a study.yaml that is emptied to be written anew is not told as broken", async () => {
  const file = join(study, "study.yaml");
  const text = await readFile(file, "utf8");
  const { key, ask } = await serverOf(study);
  const page = listenTo(await ask(`/${key}/events`));
  await page.until(() => page.state() !== undefined);
  for (const name of ["first", "second"]) {
    await writeFile(file, "");
    await new Promise((resolve) => setTimeout(resolve, 60));
    // Before the server's own clock strikes, however busy the machine is.
    writeFileSync(file, text.replace("name: live", `name: ${name}`));
    await page.until(() => page.state()?.name === name);
  }
  const states = page.seen.flatMap((message) => (message.event === "state" ? [message.data] : []));
  expect(states.filter(({ fault }) => fault !== undefined)).toEqual([]);
  await page.close();
});
