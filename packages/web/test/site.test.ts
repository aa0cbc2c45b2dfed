import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../lab/src/server/app.js";
import { haveChromium, launch, noteFaults, violations } from "./browser.js";
import { drop, viewShown } from "./dropping.js";
import { hostStatic, type StaticHost } from "./staticHost.js";

const CSV = "run,N,D,loss\na,1e6,2e7,3.5\nb,2e6,2e7,3.4\nc,x,2e7,3\n";

/** A small file that needs the reader of Parquet, and one of its decompressors. */
async function parquet(): Promise<Uint8Array> {
  const path = join(folder, "runs.parquet");
  const database = await (await DuckDBInstance.create(":memory:")).connect();
  await database.run(
    `COPY (SELECT 1e6 + i AS N, 2e7 AS D, 3.5 - i / 10 AS loss FROM range(5) t(i)) TO '${path}' (CODEC zstd)`,
  );
  database.closeSync();
  return readFile(path);
}

let folder: string;
let site: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-site-"));
  site = join(folder, "site");
  const root = fileURLToPath(new URL("..", import.meta.url));
  await build({ root, mode: "site", logLevel: "error", build: { outDir: site } });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the static site", () => {
  it("names no file by an absolute address, and has no script of its own in the page", async () => {
    const page = await readFile(join(site, "index.html"), "utf8");
    expect([...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^\.\/assets\/index-.*\.js$/)]),
    );
    expect(page).not.toMatch(/(?:src|href)="(?!\.\/)/);
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)/);
  });

  it("has the server's policy, but for what only a header can say", async () => {
    const page = await readFile(join(site, "index.html"), "utf8");
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll("&#39;", "'");
    const host = "127.0.0.1:1";
    const app = createApp({ studies: [], assets: new Map(), access: { hosts: new Set([host]) } });
    const answer = await app.request(`http://${host}/`, { headers: { host } });
    expect(answer.headers.get("content-security-policy")).toBe(`${policy}; frame-ancestors 'none'`);
  });

  it("keeps every file of the build for use without a network, and the heavy ones apart from the first", async () => {
    const worker = await readFile(join(site, "sw.js"), "utf8");
    const files = (await readdir(join(site, "assets"))).map((name) => `./assets/${name}`);
    expect(files.length).toBeGreaterThan(5);
    for (const file of [...files, "./icon.svg", "./"]) expect(worker).toContain(JSON.stringify(file));
    expect(files.filter((file) => /parquet/.test(file))).toHaveLength(1);
    expect(await readFile(join(site, "index.html"), "utf8")).not.toMatch(/assets\/(parquet|worker|DropView)/);
  });
});

describe.skipIf(!haveChromium)("the static site in a browser", () => {
  let browser: Browser;
  let host: StaticHost;
  let context: BrowserContext;
  let page: Page;
  let served: string;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    host = await hostStatic("/some/where/isoflop/", () => served);
  });
  afterAll(async () => {
    await browser?.close();
    await host?.close();
  });
  beforeEach(async () => {
    served = site;
    context = await browser.newContext({ locale: "en-US" });
    page = await context.newPage();
    noteFaults(page, faults);
  });
  afterEach(async () => {
    await context.close();
    expect(faults.splice(0)).toEqual([]);
  });
  const heading = (name: string | RegExp) => page.getByRole("heading", { level: 1, name }).waitFor();
  const reads = async () => {
    await drop(page, [{ name: "runs.csv", content: CSV }]);
    await page.getByText("2 runs read from runs.csv; 1 row left out.").waitFor();
  };
  const kept = () => page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);

  it("opens below any path, says what a study needs, and reads what is dropped", async () => {
    await page.goto(host.url);
    await heading("Studies are shown by your own machine");
    expect(await violations(page)).toEqual([]);
    await page.getByRole("link", { name: "Read runs from your own files, or a made-up study" }).click();
    await heading("Runs from your files");
    await reads();
    await page.getByRole("button", { name: "Show a made-up study" }).click();
    await page.getByRole("heading", { name: /35 runs/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(host.asked.filter((address) => !address.startsWith("/some/where/isoflop/"))).toEqual([]);
  });

  it("opens without a network from the second time on, also views and readers not used before", async () => {
    await page.goto(host.url);
    await kept();
    await context.setOffline(true);
    await page.goto(`${host.url}index.html#/data`);
    await heading("Runs from your files");
    await drop(page, [{ name: "runs.parquet", content: await parquet() }]);
    await page.getByText("5 runs read from runs.parquet; 0 rows left out.").waitFor();
    await page.getByRole("navigation").getByRole("link", { name: "Planner" }).click();
    await viewShown(page, "Planner");
    await page.reload();
    await viewShown(page, "Planner");
  });

  it("goes over to a new build as a whole, when no page of the old one is open", async () => {
    await page.goto(host.url);
    await kept();
    await page.reload();
    const next = join(folder, "next");
    await build({
      root: fileURLToPath(new URL("..", import.meta.url)),
      mode: "site",
      logLevel: "error",
      build: { outDir: next, minify: false },
    });
    await writeFile(join(folder, "next", "icon.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>");
    served = next;
    const scripts = () => page.evaluate(() => [...document.scripts].map(({ src }) => src));
    const old = await scripts();
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.update();
      const coming = registration.installing ?? registration.waiting;
      if (coming?.state === "installed") return;
      await new Promise<void>((resolve) => {
        coming?.addEventListener("statechange", () => coming.state === "installed" && resolve());
      });
    });
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await scripts()).toEqual(old);
    await page.close();
    await expect
      .poll(async () => {
        page = await context.newPage();
        await page.goto(host.url);
        await page.getByRole("heading", { level: 1 }).waitFor();
        const now = await scripts();
        if (now.join() === old.join()) await page.close();
        return now.join() !== old.join();
      })
      .toBe(true);
    expect(await page.evaluate(() => caches.keys())).toHaveLength(1);
  });
});
