import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
let folder: string;

/** node_modules as an install of the two packed packages leaves it; the others are needed by isoflop/lab only. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-packed-"));
  const packages = { "packages/laws": "@isoflop/laws", "packages/lab": "isoflop" };
  const npm = process.env.npm_execpath;
  const pack = ["pack", "--silent", "--pack-destination", folder, ...Object.keys(packages).flatMap((w) => ["-w", w])];
  if (npm?.endsWith("js")) await run(process.execPath, [npm, ...pack], { cwd: root });
  else await run("npm", pack, { cwd: root });
  await mkdir(join(folder, "node_modules/@isoflop"), { recursive: true });
  for (const name of Object.values(packages)) {
    const stem = name.replace("@", "").replace("/", "-");
    const file = (await readdir(folder)).find((entry) => entry.startsWith(`${stem}-0`));
    await run("tar", ["-xzf", String(file)], { cwd: folder });
    await rename(join(folder, "package"), join(folder, "node_modules", name));
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(["isoflop", "isoflop/browser"])("import { fitParametric, plan } from %s works as installed", async (name) => {
  const script = `import { fitParametric, isIsoflopError, plan } from "${name}";
    const made = plan("besiroglu-2024", 5.76e23);
    const failed = fitParametric([{ parameters: 1e9, tokens: 2e10, flops: 1.2e20, loss: "2.9" }]);
    console.log(JSON.stringify([isIsoflopError(made), made.optimum.parameters * made.optimum.tokens * 6, failed.rows]));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: folder });
  const [failed, flops, rows] = JSON.parse(stdout);
  expect(failed).toBe(false);
  expect(flops / 5.76e23).toBeCloseTo(1, 9);
  expect(rows).toEqual([{ row: 1, reason: 'loss = "2.9"' }]);
});

test("the installed packages bring their types", async () => {
  const use = `import { fitParametric, isIsoflopError, type ParametricFit, plan } from "isoflop";
    import { plan as browserPlan } from "isoflop/browser";
    const same: typeof plan = browserPlan;
    const fit = fitParametric([{ parameters: 1e9, tokens: 2e10, flops: 1.2e20, loss: 2.9 }]);
    export const alpha: number = isIsoflopError(fit) ? Number.NaN : fit.parameters.alpha;
    export const narrowed: ParametricFit | undefined = isIsoflopError(fit) ? undefined : fit;
    export const made = same("besiroglu-2024", 1e21);`;
  const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--types", ""];
  const check = async (text: string) => {
    await writeFile(join(folder, "use.ts"), text);
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    return run(process.execPath, [tsc, ...flags, "use.ts"], { cwd: folder }).then(
      () => "",
      (error: { stdout: string }) => error.stdout,
    );
  };
  expect(await check(use)).toBe("");
  expect(await check(use.replace("isIsoflopError(fit) ? undefined : fit", "fit"))).toContain("use.ts(6");
});
