import { cp, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { command } from "../../lab/src/fixtures/testIo.js";
import type { Listening } from "../../lab/src/server/listen.js";
import { makeStudy } from "../../lab/src/server/live/fixtures.js";
import { openServed } from "../../lab/src/server/served.js";
import { drawn, haveChromium, launch, serveBuilt } from "./browser.js";

/** What the keyboard is on, and whether it can be seen that it is. */
interface Stop {
  readonly name: string;
  readonly seen: boolean;
  readonly ringed: boolean;
}

describe.skipIf(!haveChromium)("for everyone", () => {
  let browser: Browser;
  let server: Listening;
  let study: string;
  /** Of the same study before its last run has ended. */
  let unfinished: string;
  let page: Page;

  beforeAll(async () => {
    study = await makeStudy();
    await command("run", study);
    const before = join(dirname(study), "unfinished");
    await cp(study, before, { recursive: true });
    const [run = ""] = await readdir(join(before, "runs"));
    await rm(join(before, "runs", run, "result.json"));
    browser = await launch();
    const studies = await openServed([study, before]);
    unfinished = studies[1]?.key ?? "";
    server = await serveBuilt(studies);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    delete process.env.ISOFLOP_CACHE;
    await rm(dirname(study), { recursive: true, force: true });
  });
  afterEach(() => page.context().close());
  const open = async (hash: string, options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ locale: "en-US", viewport: { width: 1280, height: 800 }, ...options });
    page = await context.newPage();
    await page.goto(`${server.url}#/${hash}`);
    await page.locator('main[aria-busy="false"] h1').waitFor();
    if (hash.startsWith("laws")) await page.locator('.laws [data-done="true"]').waitFor();
    if (hash.startsWith("study")) await page.locator(".study .exponents").waitFor();
    if (hash.startsWith("planner")) await page.locator(".isoflop-model-map svg").waitFor();
    await drawn(page);
  };
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.slice(0, 40));

  /** Everything that Tab comes to, until it leaves the page. */
  const walk = async (): Promise<Stop[]> => {
    const stops: Stop[] = [];
    for (let press = 0; press < 600; press++) {
      await page.keyboard.press("Tab");
      const stop = await page.evaluate((): Stop | undefined => {
        const element = document.activeElement;
        if (!(element instanceof HTMLElement) || element === document.body) return undefined;
        element.dataset.stopped = String(Number(element.dataset.stopped ?? 0) + 1);
        const box = element.getBoundingClientRect();
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        // A corner within it that is in the window belongs to it: nothing lies over it.
        const [x, y] = [Math.max(1, box.left) + 2, Math.max(1, box.top) + Math.min(box.height, 12) / 2];
        const on = document.elementFromPoint(x, y);
        return {
          name: `${element.localName} ${(element.getAttribute("aria-label") ?? element.textContent ?? "").slice(0, 40)}`,
          seen: on !== null && (element.contains(on) || on.contains(element)),
          ringed: outlineStyle !== "none" && parseFloat(outlineWidth) >= 1,
        };
      });
      if (
        stop === undefined ||
        Number(await page.evaluate(() => (document.activeElement as HTMLElement).dataset.stopped)) > 1
      )
        return stops;
      stops.push(stop);
    }
    throw new Error("Tab never leaves the page.");
  };
  /** What could be used and was not come to. */
  const missed = () =>
    page.evaluate(() => {
      const usable =
        "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea, summary, [tabindex='0']";
      return [...document.querySelectorAll<HTMLElement>(usable)]
        .filter(
          (element) => element.dataset.stopped === undefined && element.checkVisibility({ visibilityProperty: true }),
        )
        .map((element) => element.outerHTML.slice(0, 120));
    });

  it.each([
    "study",
    "study?run=first",
    "laws?resamples=0",
    "planner?flops=1e23&laws=besiroglu-2024+own&served=1T&unique=1T",
    "data",
  ])("by the keyboard alone, everything in a view is come to, seen, and left again: %s", async (hash) => {
    await open(hash === "study?run=first" ? "study" : hash);
    if (hash === "study?run=first") {
      const name = page.locator(".study .runs tbody th button").first();
      await name.focus();
      await page.keyboard.press("Enter");
      await page.locator("#panel-title").waitFor();
      await page.locator(".panel table").waitFor();
      // From the top again.
      await page.evaluate(() => {
        document.body.tabIndex = -1;
        document.body.focus();
        document.body.removeAttribute("tabindex");
      });
    }
    const stops = await walk();
    expect(stops[0]?.name).toBe("button Skip to the content");
    expect(stops.filter(({ seen, ringed }) => !(seen && ringed))).toEqual([]);
    expect(await missed()).toEqual([]);
    expect(stops.length).toBeGreaterThan(10);
  });

  it("the head is skipped by the first key", async () => {
    await open("planner");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.closest("main")?.id)).toBe("content");
  });

  it("a question keeps the focus, and gives it back when it is thought better of", async () => {
    await open(`study?study=${unfinished}`);
    const cancel = page.locator(".progress").getByRole("button", { name: "Cancel" });
    await cancel.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    for (let press = 0; press < 6; press++) {
      const place = await page.evaluate(() => {
        const { activeElement } = document;
        return activeElement === document.body || activeElement?.closest("dialog") !== null;
      });
      expect(place).toBe(true);
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => cancel.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it("on paper every figure is there, light whatever the screen is, which is as before after it", async () => {
    await open("laws?resamples=0", { colorScheme: "dark" });
    await page.getByLabel("Theme").selectOption("dark");
    await page.getByLabel("Compute in").selectOption("PF-days");
    await page.locator(".figure-room").first().getByText("(PF-days)").first().waitFor();
    await drawn(page);
    await page.evaluate(() => {
      addEventListener("beforeprint", () => {
        const rooms = document.querySelectorAll(".figure-room");
        const dark = document.querySelectorAll("[data-theme=dark]").length;
        const empty = [...rooms].filter(({ childElementCount }) => childElementCount === 0).length;
        const stale = [...rooms].filter(({ textContent }) => textContent?.includes("(FLOPs)")).length;
        Object.assign(globalThis, { printed: { figures: rooms.length > 5, dark, empty, stale } });
      });
    });
    await page.pdf();
    expect(await page.evaluate(() => (globalThis as { printed?: unknown }).printed)).toEqual({
      figures: true,
      dark: 0,
      empty: 0,
      stale: 0,
    });
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
  });

  it("in a reader's own colours, what is chosen stands out by them", async () => {
    await open("planner", { forcedColors: "active" });
    const colors = await page.evaluate(() => {
      const { backgroundColor, color } = getComputedStyle(
        document.querySelector("nav a[aria-current]") ?? document.body,
      );
      return { backgroundColor, color, page: getComputedStyle(document.body).backgroundColor };
    });
    expect([colors.color, colors.page]).not.toContain(colors.backgroundColor);
  });

  it("who asked for less motion sees none", async () => {
    await open("study", { reducedMotion: "reduce" });
    const moving = await page.evaluate(
      () =>
        [...document.querySelectorAll("*")].filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element);
          return animationName !== "none" || transitionDuration.split(",").some((time) => parseFloat(time) > 0);
        }).length,
    );
    expect(moving).toBe(0);
  });

  it.each(["study", "laws?resamples=0", "planner", "data"])(
    "at 200 % nothing is cut off or beside the window: %s",
    async (hash) => {
      await open(hash, { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll("button, label, h1, h2, h3, legend, dt")]
          .filter((element) => element.checkVisibility() && element.scrollWidth > element.clientWidth + 1)
          .filter((element) => getComputedStyle(element).overflowX === "hidden")
          .map((element) => element.textContent),
      );
      expect(cut).toEqual([]);
    },
  );
});
