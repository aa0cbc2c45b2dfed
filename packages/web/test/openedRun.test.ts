import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { plantedStudy } from "../../lab/src/fixtures/plantedStudy.js";
import type { Listening } from "../../lab/src/server/listen.js";
import { openServed } from "../../lab/src/server/served.js";
import { drawn, haveChromium, launch, noteFaults, serveBuilt, violations } from "./browser.js";
import { drop } from "./dropping.js";

describe.skipIf(!haveChromium)("a run in the laws view", () => {
  let browser: Browser;
  let server: Listening;
  let folder: string;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "isoflop-opened-"));
    await plantedStudy(join(folder, "planted"));
    server = await serveBuilt(await openServed([join(folder, "planted")]));
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });
  const open = async (query = "", options = {}) => {
    const context = await browser.newContext({ locale: "en-US", ...options });
    page = await context.newPage();
    noteFaults(page, faults);
    await page.goto(`${server.url}#/laws?resamples=0${query}`);
    await done();
  };
  const done = async (out = 0) => {
    await page.locator(`.laws [data-done="true"][data-out="${out}"]`).waitFor();
    await drawn(page);
  };
  afterEach(async () => {
    await page.context().close();
    expect(faults.splice(0)).toEqual([]);
  });
  const panel = () => page.locator(".laws-opened .panel");

  it("is opened by a click on its point, ringed in every figure, and closed by Escape", async () => {
    await open();
    const figure = page.locator("#lossContours");
    await figure.scrollIntoViewIfNeeded();
    const mark = figure.locator("[data-run]").first();
    const id = await mark.getAttribute("data-run");
    await mark.click();
    await panel().getByText("All settings").waitFor();
    await page.waitForURL(({ href }) => href.includes(`run=${id}`));
    const name = await page.locator(".laws-runs [aria-current] th").textContent();
    expect(await panel().locator("h2").textContent()).toContain(name);
    await page.keyboard.press("Escape");
    await panel().waitFor({ state: "detached" });
    for (const other of ["isoflopProfiles", "residuals", "isoflopSlices", "lossContours", "kaplanSizes"]) {
      await page.locator(`#${other}`).scrollIntoViewIfNeeded();
      await page.locator(`#${other} .isoflop-selected`).first().waitFor();
    }
  });

  it("is opened from the list by the keyboard, which goes on there when the panel is closed", async () => {
    await open();
    const entry = page.locator(".laws-runs tbody tr").nth(2).getByRole("button");
    await entry.focus();
    await page.keyboard.press("Enter");
    await panel().getByText("All settings").waitFor();
    await page.locator(".laws-opened h2:focus").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.locator('.laws-runs tbody tr:nth-child(3) button:focus[aria-pressed="true"]').waitFor();
    // Again: it is let go.
    await page.keyboard.press("Enter");
    await page.locator('.laws-runs tbody tr:nth-child(3) button[aria-pressed="false"]').waitFor();
    await panel().waitFor({ state: "detached" });
  });

  it("is open again from its address, and none where there is no such run", async () => {
    await open();
    const id = await page.locator("[data-row]").first().getAttribute("data-row");
    await page.goto(`${server.url}#/laws?resamples=0&run=${id}`);
    await panel().getByText("All settings").waitFor();
    await page.goto(`${server.url}#/laws?resamples=0&run=%3Cscript%3E`);
    await panel().waitFor({ state: "detached" });
  });

  it("of a file that was dropped shows what its row says, and leads to the row", async () => {
    await open("", { viewport: { width: 390, height: 844 }, colorScheme: "dark" });
    const rows = [1, 2, 4, 8, 16].flatMap((n) =>
      [1, 3, 9].map((d) => [
        `r${n}-${d}`,
        n * 1e6,
        n * 6e5,
        d * 1e8,
        1.7 + 20 / (n * 1e6) ** 0.3 + 40 / (d * 1e8) ** 0.3,
      ]),
    );
    const text = `run,total_params,non_embedding_params,tokens,loss\n${rows.map((row) => row.join(",")).join("\n")}\n`;
    await page.goto(`${server.url}#/data`);
    await drop(page, [{ name: "runs.csv", content: text }]);
    await page.locator(".data-mapping").waitFor();
    await page.goto(`${server.url}#/laws?resamples=0&picked=`);
    await done();
    await page.getByLabel("N counts").selectOption("non-embedding");
    await page.waitForURL(/parameters=non-embedding/);
    await done();
    await page.locator(".laws-runs tbody tr").nth(4).getByRole("button").click();
    await panel().getByText("N without embeddings").waitFor();
    expect(await panel().locator("h2").textContent()).toBe("Run r2-3");
    expect(await panel().locator(".facts").textContent()).toContain("1.2M");
    expect(await violations(page)).toEqual([]);
    await panel().getByRole("button", { name: "To its row" }).click();
    await page.locator('[data-row="r2-3"] button:focus').waitFor();
  });

  it("left out shows where every law has moved from, in the figures and in the table", async () => {
    await open();
    const lines = (figure: string) => page.locator(`#${figure} .isoflop-panel [stroke-dasharray="7 3 1.5 3"] path`);
    await page.locator("#optimumScaling").scrollIntoViewIfNeeded();
    await page.locator("#optimumScaling svg").waitFor();
    expect(await lines("optimumScaling").count()).toBe(0);
    await page.locator(".laws-runs tbody tr").nth(6).getByRole("checkbox").uncheck();
    await done(1);
    for (const [figure, least] of [
      ["isoflopProfiles", 3],
      ["optimumScaling", 2],
      ["lossContours", 2],
      ["isoflopSlices", 3],
      ["kaplanLaws", 1],
      ["kaplanSizes", 2],
      ["lawComparison", 2],
    ] as const) {
      await page.locator(`#${figure}`).scrollIntoViewIfNeeded();
      await expect.poll(() => lines(figure).count(), { message: figure }).toBeGreaterThanOrEqual(least);
    }
    for (const law of ["isoflop-power-law", "chinchilla", "kaplan-model-data", "kaplan-compute"])
      expect(await page.locator(`[data-law="${law}"] .moved`).count(), law).toBeGreaterThan(1);
    // Its point is still there, crossed, so that it can be taken in again.
    await page.locator("#isoflopProfiles").scrollIntoViewIfNeeded();
    await page.locator("#isoflopProfiles .isoflop-left-out").first().waitFor({ state: "attached" });
  });
});
