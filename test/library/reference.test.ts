import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const reference = join(root, "packages/reference");
const made = await mkdtemp(join(tmpdir(), "isoflop-reference-"));
afterAll(() => rm(made, { recursive: true, force: true }));

const pages = async (folder: string) =>
  Object.fromEntries(
    await Promise.all(
      (await readdir(folder)).map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const),
    ),
  );

test("every public export has a docstring, every link leads somewhere, and docs/api is current", async () => {
  // The command fails where an export has no docstring, and names it.
  await run(process.execPath, [join(root, "scripts/docs.mjs"), made]);
  const current = await pages(made);
  const committed = await pages(join(root, "docs/api"));
  expect(Object.keys(committed).sort()).toEqual(Object.keys(current).sort());
  const stale = Object.keys(current).filter((name) => committed[name] !== current[name]);
  expect(stale, "run `npm run docs` and commit docs/api").toEqual([]);
});

test("everything that the library exports is on a page", async () => {
  const { stdout } = await run(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      'const library = await import("isoflop"); console.log(JSON.stringify(Object.keys(library)))',
    ],
    { cwd: root },
  );
  const text = Object.values(await pages(join(root, "docs/api")))
    .join("\n")
    .replaceAll("\\_", "_");
  const missing = (JSON.parse(stdout) as string[]).filter((name) => !text.includes(`### ${name}`));
  expect(missing).toEqual([]);
});

test("an export without a docstring is refused", async () => {
  const folder = join(reference, "dist/undocumented");
  await mkdir(folder, { recursive: true });
  const file = join(folder, "page.ts");
  await writeFile(file, "/** A page. @module page */\nexport function nobodySaysWhatItDoes(): void {}\n");
  const typedoc = [
    join(reference, "node_modules/typedoc/bin/typedoc"),
    ...["--options", join(reference, "typedoc.json")],
    ...["--packagesRequiringDocumentation", "@isoflop/reference", "--entryPoints", file, "--out", join(folder, "out")],
  ];
  const failure = await run(process.execPath, typedoc).catch((error: { code: number; stderr: string }) => error);
  expect(failure).toMatchObject({ code: expect.any(Number) });
  expect(`${failure.stderr}`).toContain("nobodySaysWhatItDoes");
});
