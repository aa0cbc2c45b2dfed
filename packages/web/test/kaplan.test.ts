import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PLANTED_KAPLAN, plantedKaplanStudy } from "../../lab/src/fixtures/plantedKaplanStudy.js";
import type { Listening } from "../../lab/src/server/listen.js";
import { openServed } from "../../lab/src/server/served.js";
import { drawn, haveChromium, launch, noteFaults, serveBuilt, violations } from "./browser.js";

const { steps, data, batch } = PLANTED_KAPLAN;
/** Equation 6.4. */
const compute = 1 / (1 / steps.alphaS + 1 / batch.alphaB + 1 / steps.alphaN);

describe.skipIf(!haveChromium)("a served study of Kaplan's experiments", () => {
  let browser: Browser;
  let server: Listening;
  let folder: string;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "isoflop-kaplan-"));
    await plantedKaplanStudy(join(folder, "study"));
    browser = await launch();
    const studies = await openServed([join(folder, "study")]);
    server = await serveBuilt(studies);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });
  const open = async (query = "", locale = "en-US") => {
    const context = await browser.newContext({ locale });
    page = await context.newPage();
    noteFaults(page, faults);
    await page.goto(`${server.url}#/laws?procedure=kaplan&resamples=100${query}`);
    await page.locator("#kaplanAllocation:not(.figure-missing)").waitFor({ state: "attached" });
    await page.locator('.laws [data-done="true"]').waitFor();
  };
  afterEach(async () => {
    await page.context().close();
    expect(faults.splice(0)).toEqual([]);
  });
  const figure = (name: string) => page.locator(`#${name}`);
  const told = async (name: string): Promise<string> => {
    await figure(name).scrollIntoViewIfNeeded();
    await drawn(page);
    return (await figure(name).locator("svg[role=img]").getAttribute("aria-label")) ?? "";
  };
  /** Six intervals hold all their truths in 95 of 100 studies at 2.64 standard errors instead of 1.96 (Bonferroni). */
  const TOGETHER = 2.64 / 1.96;
  /** An estimate with its interval, after these words: the interval holds the planted value and is narrow enough to say something. */
  const holds = (words: string, before: RegExp, planted: number, widest: number) => {
    const found = new RegExp(`${before.source}(\\d+\\.\\d+) \\((\\d+\\.\\d+)–(\\d+\\.\\d+)\\)`).exec(words);
    const [, estimate = Number.NaN, low = Number.NaN, high = Number.NaN] = found?.map(Number) ?? [];
    const said = `${before.source} in: ${words}`;
    expect(Math.abs(planted - (low + high) / 2), said).toBeLessThanOrEqual((TOGETHER * (high - low)) / 2);
    expect(estimate, said).toBeGreaterThanOrEqual(low);
    expect(estimate, said).toBeLessThanOrEqual(high);
    expect((high - low) / planted, said).toBeLessThan(widest);
  };

  it("draws Figures 1, 4, 10 and 14, which say the planted exponents within their intervals", async () => {
    await open();
    const laws = await told("kaplanLaws");
    holds(laws, /L\(D\) falls as D to the power −/, data.alphaD, 0.1);
    holds(laws, /L\(N\) falls as N to the power −/, steps.alphaN, 0.1);
    expect(laws).toMatch(/L\(C\) falls as C to the power −0\.\d+ \(0\.\d+–0\.\d+\)/);
    const sizes = await told("kaplanSizes");
    const [, low, high] = /α_N (\d\.\d+)–(\d\.\d+), α_S/.exec(sizes)?.map(Number) ?? [];
    expect(low, sizes).toBeLessThanOrEqual(steps.alphaN);
    expect(high, sizes).toBeGreaterThanOrEqual(steps.alphaN);
    expect(sizes).toContain("over 27 runs");
    const critical = await told("criticalBatch");
    holds(critical, /with α_B = /, batch.alphaB, 0.5);
    expect(critical).toContain("18 by scans of batches. The law is fitted to the scans.");
    const allocation = await told("kaplanAllocation");
    holds(allocation, /N_opt grows as C_min to the power /, compute / steps.alphaN, 0.5);
    holds(allocation, /S_min as C_min to the power /, compute / steps.alphaS, 0.5);
    holds(allocation, /B_crit as C_min to the power /, compute / batch.alphaB, 0.5);
    expect(await figure("kaplanAllocation").locator("[data-run]").count()).toBeGreaterThan(6);
  });

  it("tells of a point's run, picks it out in every figure and the list, and links to it", async () => {
    await open();
    for (const name of ["kaplanLaws", "kaplanSizes", "criticalBatch"]) {
      await told(name);
      await figure(name).locator("circle[data-run]").last().hover();
      await page.locator(".laws-tooltip", { hasText: /^N.*-s\d.*N .*, D .*L \d\.\d/ }).waitFor();
    }
    // The last circle of Figure 1 is the largest size of the part for L(N), which is also in Figure 4.
    await told("kaplanLaws");
    await figure("kaplanLaws").locator("circle[data-run]").last().click();
    await page.locator(".laws-runs .picked").waitFor();
    for (const name of ["kaplanLaws", "kaplanSizes"]) {
      await figure(name).scrollIntoViewIfNeeded();
      await figure(name).locator(".isoflop-selected").first().waitFor();
    }
    const link = await page.getByRole("link", { name: "Open run" }).getAttribute("href");
    expect(link).toMatch(/^#\/study\?study=.*run=/);
    // A scan's point is of several runs, and none of them.
    expect(await figure("criticalBatch").locator('[data-run^="seed"]').count()).toBe(0);
  });

  it("fits the laws of the parts without a run that is left out, the scan of batches too", async () => {
    await open();
    const before = await told("criticalBatch");
    expect(await told("kaplanLaws")).toContain("(15 points)");
    const names = await page.locator(".laws-runs tbody th button").allTextContents();
    const leave = async (pattern: RegExp) => {
      const name = names.find((one) => pattern.test(one)) ?? "";
      await page.getByLabel(`Fit ${name}`, { exact: true }).uncheck();
    };
    await leave(/-B4\.1k-s0$/);
    await leave(/^N.*-D3M-s1$/);
    await page.locator('.laws [data-out="2"][data-done="true"]').waitFor();
    // Figures whose data are being made anew are drawn when they come into view.
    await expect.poll(() => told("kaplanLaws")).toContain("(14 points)");
    expect(await told("criticalBatch")).not.toBe(before);
    holds(await told("criticalBatch"), /with α_B = /, batch.alphaB, 0.5);
  });

  it("tells all of it in Japanese and in PF-days, without a fault that axe-core knows", async () => {
    await open("&compute=PF-days", "ja-JP");
    expect(await told("kaplanAllocation")).toMatch(/^効率的なモデルサイズ.*N_opt は C_min の 0\.\d+ \(/);
    expect(await figure("kaplanAllocation").locator("svg[role=img]").textContent()).toContain("PF-day");
    for (const name of ["kaplanLaws", "kaplanSizes", "criticalBatch"]) await told(name);
    expect(await violations(page)).toEqual([]);
  });
});
