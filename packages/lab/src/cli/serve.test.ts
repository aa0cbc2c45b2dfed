import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const BUILT = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

let folder: string;
const started: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-serve-"));
  for (const name of ["a", "b"]) {
    await mkdir(join(folder, "studies", name), { recursive: true });
    await writeFile(
      join(folder, "studies", name, "study.yaml"),
      `name: ${name}\ndata: { corpus: t.txt }\ndesign: { kind: isoflop, budgets: [1e9, 1e10], sizes: 3 }\n`,
    );
  }
});
afterEach(async () => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

/** The built command in the test's folder. */
function serve(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const child = spawn(process.execPath, [BUILT, "serve", ...args], { cwd: folder, env });
  started.push(child);
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      said[name] += chunk;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
  const url = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = /^http\S+/m.exec(said.stdout)?.[0];
        if (found !== undefined) resolve(found);
      };
      child.stdout.on("data", look);
      child.on("close", () => reject(new Error(said.stderr)));
      look();
    });
  return { child, said, ended, url };
}

describe("isoflop serve", () => {
  it("says where it is, shows each study once, and ends in order at Ctrl-C, pages that listen or not", async () => {
    const { child, said, ended, url } = serve(["studies/a", "studies/b", "studies/a/study.yaml", "--port", "0"]);
    const base = await url();
    const listed = (await (await fetch(`${base}api/studies`)).json()) as { name: string; key: string }[];
    expect(listed.map(({ name }) => name)).toEqual(["a", "b"]);
    const page = await fetch(`${base}api/studies/${listed[0]?.key}/events`);
    const reader = page.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toMatch(/^retry: /);
    child.kill("SIGINT");
    expect(await ended).toBe(0);
    expect(said.stdout).toBe(`${base}\n`);
    expect(said.stderr).toBe("Ctrl-C stops it.\n");
    // Dropped, not closed: a browser tries again.
    await expect(
      (async () => {
        while (!(await reader?.read())?.done);
      })(),
    ).rejects.toThrow();
  });

  it("opens a browser only where it is told to, and says where there is none", async () => {
    const bin = join(folder, "bin");
    await mkdir(bin);
    const note = join(folder, "opened");
    await writeFile(join(bin, "xdg-open"), `#!/bin/sh\necho "$1" > ${note}.half && mv ${note}.half ${note}\n`);
    await chmod(join(bin, "xdg-open"), 0o755);
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
    const quiet = serve(["studies/a", "--port", "0"], env);
    await quiet.url();
    const opening = serve(["studies/a", "--port", "0", "--open"], env);
    const base = await opening.url();
    await expect.poll(() => readFile(note, "utf8").catch(() => "")).toBe(`${base}\n`);
    const without = serve(["studies/a", "--port", "0", "--open"], { ...process.env, PATH: join(folder, "none") });
    await without.url();
    await expect.poll(() => without.said.stderr).toContain("No browser could be opened");
  });

  it("refuses what it cannot do, with what to do instead", async () => {
    const nothing = serve(["--port", "0"]);
    expect(await nothing.ended).toBe(2);
    expect(nothing.said.stderr).toMatch(
      /There is no study in .*\n {2}hint: Name one: isoflop serve studies\/a studies\/b/,
    );
    const missing = serve(["studies/c", "--port", "0"]);
    expect(await missing.ended).toBe(2);
    expect(missing.said.stderr).toContain("There is no study at studies/c.");
    const first = serve(["studies/a", "--port", "0"]);
    const { port } = new URL(await first.url());
    const second = serve(["studies/b", "--port", port]);
    expect(await second.ended).toBe(2);
    expect(second.said.stderr).toContain(`Something else listens on 127.0.0.1:${port}.`);
    expect(second.said.stderr).toContain("hint: Choose another with --port");
    const odd = serve(["studies/a", "--port", "http"]);
    expect(await odd.ended).toBe(2);
  });
});
