import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, syntheticStudy } from "@isoflop/laws";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { command } from "../../lab/src/fixtures/testIo.js";
import type { Listening } from "../../lab/src/server/listen.js";
import { openServed } from "../../lab/src/server/served.js";
import { drawn, haveChromium, launch, noteFaults, serveBuilt, violations } from "./browser.js";

const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
const records = syntheticStudy({
  truth,
  budgets: [3e9, 1e10, 3e10, 1e11],
  sizes: 5,
  width: 16,
  noise: 0.003,
  random: createRandom(2),
});
const csvOf = (rows: typeof records): string =>
  `id,parameters,tokens,flops,loss,budget\n${rows
    .map((r) => [r.id, r.parameters, r.tokens, r.flops, r.loss, r.budget].join(","))
    .join("\n")}\n`;

describe.skipIf(!haveChromium)("the laws view", () => {
  let browser: Browser;
  let server: Listening;
  let folder: string;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "isoflop-laws-"));
    await writeFile(join(folder, "runs.csv"), csvOf(records));
    browser = await launch();
    const studies = await openServed([join(folder, "runs.csv")]);
    server = await serveBuilt(studies);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });
  const open = async (query = "", options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ locale: "en-US", acceptDownloads: true, ...options });
    page = await context.newPage();
    noteFaults(page, faults);
    await page.goto(`${server.url}#/laws${query}`);
    await done();
  };
  afterEach(async () => {
    await page.context().close();
    expect(faults.splice(0)).toEqual([]);
  });
  const done = async (out = 0) => {
    await page.locator(`.laws [data-done="true"][data-out="${out}"]`).waitFor();
    await drawn(page);
  };
  const shown = async (law: string, name: string): Promise<number> =>
    Number(await page.locator(`[data-law="${law}"] data[data-name="${name}"]`).first().getAttribute("value"));
  interface Fits {
    readonly fits: readonly { readonly law: string; readonly parameters: Readonly<Record<string, number>> }[];
  }
  const fitted = async (rows: typeof records, ...flags: string[]): Promise<Fits> => {
    const path = join(folder, "fit.csv");
    await writeFile(path, csvOf(rows));
    const { code, stdout } = await command("fit", path, "--bootstrap", "20", "--json", ...flags);
    expect(code).toBe(0);
    return JSON.parse(stdout);
  };
  const same = async ({ fits }: Fits) => {
    for (const law of ["isoflop-power-law", "chinchilla", "kaplan-model-data"]) {
      const parameters = fits.find((fit) => fit.law === law)?.parameters ?? {};
      expect(Object.keys(parameters).length, law).toBeGreaterThan(3);
      // The last digits of exp and log are the browser's own.
      for (const [name, value] of Object.entries(parameters))
        expect((await shown(law, name)) / value, `${law} ${name}`).toBeCloseTo(1, 6);
    }
  };

  it("shows the numbers of isoflop fit, with the options that are chosen", async () => {
    await open("?resamples=0");
    await same(await fitted(records));
    await page.getByLabel("Loss of residuals").selectOption("mse");
    await page.getByLabel("Curve of a profile").selectOption("akima");
    await page.waitForURL(/loss=mse.*curve=akima/);
    await done();
    await same(await fitted(records, "--loss", "mse", "--curve", "akima"));
  });

  it("fits without a run that is left out as without its row, and tells both", async () => {
    await open("?resamples=0");
    const row = page.locator(".laws-runs tbody tr").nth(3);
    await row.getByRole("checkbox").uncheck();
    await done(1);
    await same(await fitted(records.filter((_, i) => i !== 3)));
    expect(await page.locator('[data-law="chinchilla"] .moved').count()).toBeGreaterThan(5);
    await page.waitForURL(/out=/);
  });

  it("links what is selected in a figure and in the list, and links to the run", async () => {
    await open("?resamples=0");
    const figure = page.locator("#lossContours");
    await figure.scrollIntoViewIfNeeded();
    const mark = figure.locator("[data-run]").first();
    await mark.hover();
    await page.locator(".laws-tooltip").waitFor();
    await mark.click();
    await page.locator(".laws-runs .picked").waitFor();
    await page.locator("#isoflopProfiles").scrollIntoViewIfNeeded();
    await page.locator("#isoflopProfiles .isoflop-selected").first().waitFor();
    expect(await page.getByRole("link", { name: "Open run" }).getAttribute("href")).toMatch(/^#\/study\?study=.*run=/);
    await page.getByRole("button", { name: "Leave out of the fit" }).click();
    await done(1);
  });

  it("takes a click beside a point for the point, and one far from all for none", async () => {
    await open("?resamples=0");
    const figure = page.locator("#residuals");
    await figure.scrollIntoViewIfNeeded();
    await figure.locator("[data-run]").first().waitFor();
    await drawn(page);
    const [run, x, y] = await figure.locator("[data-run]").evaluateAll((marks): [string | null, number, number] => {
      const places = marks.map((mark) => {
        const { left, top, width, height } = mark.getBoundingClientRect();
        return { run: mark.getAttribute("data-run"), x: left + width / 2, y: top + height / 2 };
      });
      // The leftmost point: to its left there is none that could be nearer.
      const first = places.reduce((a, b) => (b.x < a.x ? b : a));
      return [first.run, first.x, first.y];
    });
    const picked = page.locator(".laws-runs .picked");
    await page.mouse.click(x - 60, y);
    expect(await picked.count()).toBe(0);
    await page.mouse.click(x - 12, y);
    await picked.waitFor();
    const wanted = `picked=${encodeURIComponent(encodeURIComponent(run ?? ""))}`;
    await page.waitForURL(({ href }) => href.includes(wanted));
  });

  it("hands out every figure as SVG, PNG, CSV and JSON", async () => {
    await open("?resamples=0");
    const figure = page.locator("#residuals");
    await figure.scrollIntoViewIfNeeded();
    const starts = { SVG: "<svg", PNG: "\u0089PNG", CSV: "table,", JSON: "{" };
    for (const [format, start] of Object.entries(starts)) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        figure.getByRole("button", { name: `Download as ${format}` }).click(),
      ]);
      expect(download.suggestedFilename()).toBe(`residuals.${format.toLowerCase()}`);
      expect((await readFile(await download.path())).toString("latin1").slice(0, start.length)).toBe(start);
    }
    await figure.getByText("Data as a table").click();
    await figure.locator("tbody tr").first().waitFor();
    expect(await figure.locator("tbody tr").count()).toBeGreaterThanOrEqual(records.length);
  });

  it("draws a figure that came near while the page was busy, and hears of both at once", async () => {
    const context = await browser.newContext({ locale: "en-US" });
    page = await context.newPage();
    noteFaults(page, faults);
    await page.addInitScript(() => {
      globalThis.IntersectionObserver = class extends IntersectionObserver {
        constructor(seen: IntersectionObserverCallback, options?: IntersectionObserverInit) {
          const own: IntersectionObserverEntry[] = [];
          super((entries) => {
            own.push(...entries);
            if (own.length > 1) seen(own.splice(0), this);
          }, options);
        }
      };
    });
    await page.goto(`${server.url}#/laws?resamples=0`);
    await done();
    await page.locator("#residuals").scrollIntoViewIfNeeded();
    await page.locator("#residuals svg").first().waitFor();
  });

  it.each([
    ["en-US", "light", 1280],
    ["ja-JP", "dark", 390],
  ] as const)("has no fault that axe-core knows, and fits the window: %s, %s, %i px", async (locale, scheme, width) => {
    await open("", { locale, colorScheme: scheme, viewport: { width, height: 900 } });
    for (const card of await page.locator(".figure-card").all()) await card.scrollIntoViewIfNeeded();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });
});
