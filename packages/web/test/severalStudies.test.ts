import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, syntheticStudy } from "@isoflop/laws";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Listening } from "../../lab/src/server/listen.js";
import { openServed, type Served } from "../../lab/src/server/served.js";
import { haveChromium, launch, noteFaults, serveBuilt, violations } from "./browser.js";

/** A table of runs of a law with this exponent of N. */
const tableOf = (alpha: number): string =>
  `id,parameters,tokens,flops,loss,budget\n${syntheticStudy({
    truth: { E: 1.2, A: 30, B: 60, alpha, beta: 0.33 },
    budgets: [3e9, 1e10, 3e10],
    sizes: 5,
    width: 16,
    noise: 0.003,
    random: createRandom(3),
  })
    .map((run) => [run.id, run.parameters, run.tokens, run.flops, run.loss, run.budget].join(","))
    .join("\n")}\n`;

describe.skipIf(!haveChromium)("several studies on one page", () => {
  let folder: string;
  let browser: Browser;
  let server: Listening;
  let page: Page;
  let studies: Served[];
  const faults: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "isoflop-several-"));
    await writeFile(join(folder, "one.csv"), tableOf(0.38));
    await writeFile(join(folder, "two.csv"), tableOf(0.5));
    await writeFile(join(folder, "few.csv"), "id,N,D,loss\na,1e6,2e7,3.5\nb,2e6,2e7,3.4\n");
    studies = await openServed(["one.csv", "two.csv", "few.csv"].map((name) => join(folder, name)));
    browser = await launch();
    server = await serveBuilt(studies);
    page = await (await browser.newContext({ locale: "en-US" })).newPage();
    noteFaults(page, faults);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });
  const keyOf = (name: string): string => studies.find((study) => study.name === name)?.key ?? "";
  const view = (name: string) => page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
  const choose = async (name: string): Promise<void> => {
    await view("Study");
    await page.getByRole("combobox", { name: "Study" }).selectOption(name);
    await page.getByRole("heading", { level: 1, name }).waitFor();
  };
  /** Fits that the planner offers or plans by. */
  const offered = () =>
    page
      .getByLabel("Add a law")
      .locator("option", { hasText: /^Fit: / })
      .allTextContents();

  it("stays with the study that was chosen, whatever view is looked at", async () => {
    await page.goto(server.url);
    await choose("two.csv");
    for (const name of ["Laws", "Planner", "Data", "Study"]) {
      await view(name);
      await page.waitForURL(new RegExp(`study=${keyOf("two.csv")}`));
    }
    await page.getByRole("link", { name: "isoflop", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "two.csv" }).waitFor();
    await view("Laws");
    await page.locator('.laws [data-done="true"]').waitFor();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toContain("two.csv");
    expect(faults).toEqual([]);
  });

  it("are all told of above the one that is chosen, each with a link", async () => {
    await choose("two.csv");
    const overview = page.getByRole("region", { name: "All studies" });
    await overview.getByText("15/15 ended").first().waitFor();
    expect(await overview.getByRole("listitem").allTextContents()).toEqual([
      "one.csv15/15 ended",
      "two.csv15/15 ended",
      "few.csv2/2 ended",
    ]);
    expect(await overview.getByRole("progressbar", { name: "few.csv" }).getAttribute("aria-valuenow")).toBe("100");
    expect(await overview.locator('[aria-current="true"]').textContent()).toBe("two.csv");
    await overview.getByRole("link", { name: "few.csv" }).click();
    await page.getByRole("heading", { level: 1, name: "few.csv" }).waitFor();
    await page.waitForURL(({ hash }) => hash.includes(keyOf("few.csv")));
    await overview.locator('[aria-current="true"]', { hasText: "few.csv" }).waitFor();
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.setViewportSize({ width: 1280, height: 720 });
    await overview.getByRole("link", { name: "two.csv" }).click();
    await page.getByRole("heading", { level: 1, name: "two.csv" }).waitFor();
    expect(faults).toEqual([]);
  });

  it("plans by the fits of the study that is chosen, and by no other's", async () => {
    await view("Planner");
    await expect.poll(offered).toContain("Fit: two.csv, approach 3");
    expect((await offered()).every((text) => text.includes("two.csv"))).toBe(true);

    // Too few runs for any law: none is offered, above all not those of before.
    await choose("few.csv");
    await page.getByText("2 of 2 runs have ended").waitFor();
    await view("Planner");
    await page.getByText("Fits of the study or file that is open can be chosen here").waitFor();
    expect(await offered()).toEqual([]);

    await choose("one.csv");
    await view("Planner");
    await expect.poll(offered).toContain("Fit: one.csv, approach 3");
    expect((await offered()).every((text) => text.includes("one.csv"))).toBe(true);
    expect(faults).toEqual([]);
  });

  it("keeps its laws in view while they are fitted again to runs that have come since", async () => {
    await choose("two.csv");
    await view("Laws");
    await page.locator('.laws [data-done="true"]').waitFor();
    await page.getByText(/^15 runs fitted; all/).waitFor();
    const figures = await page.evaluate(() => {
      const count = () =>
        document.querySelectorAll("#lossContours .figure-room, #residuals .figure-room, .laws-summary tbody tr").length;
      const seen = new Set([count()]);
      Object.assign(globalThis, { seen });
      // At every change of the page: what is gone for a moment would be seen.
      new MutationObserver(() => seen.add(count())).observe(document.body, { subtree: true, childList: true });
      return count();
    });
    expect(figures).toBeGreaterThan(4);
    const more = tableOf(0.5).trimEnd().split("\n").at(-1)?.split(",").slice(1) ?? [];
    await appendFile(join(folder, "two.csv"), `late,${more.join(",")}\n`);
    await page.getByText(/^16 runs fitted; all/).waitFor();
    expect(await page.evaluate(() => [...(globalThis as unknown as { readonly seen: Set<number> }).seen])).toEqual([
      figures,
    ]);
    expect(faults).toEqual([]);
  });

  it("opens a plan by a fit of another study by its address alone", async () => {
    const second = await page.context().newPage();
    await second.goto(`${server.url}#/planner?study=${keyOf("two.csv")}&laws=fit:chinchilla&flops=1e12`);
    await second.locator(".planner-laws").getByText("two.csv, approach 3").first().waitFor();
    await second.close();
    expect(faults).toEqual([]);
  });
});
