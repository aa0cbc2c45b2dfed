import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, formatCount, type Plan, syntheticStudy } from "@isoflop/laws";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { command } from "../../lab/src/fixtures/testIo.js";
import type { Listening } from "../../lab/src/server/listen.js";
import { drawn, haveChromium, launch, noteFaults, serveBuilt, violations } from "./browser.js";
import { drop } from "./dropping.js";

describe.skipIf(!haveChromium)("the planner", () => {
  let browser: Browser;
  let server: Listening;
  let page: Page;
  let folder: string;
  const faults: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "isoflop-planner-"));
    browser = await launch();
    server = await serveBuilt([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });
  const open = async (query = "", options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ locale: "en-US", ...options });
    page = await context.newPage();
    noteFaults(page, faults);
    await page.goto(`${server.url}#/planner${query}`);
    await page.locator(".isoflop-model-map svg").waitFor();
    await drawn(page);
  };
  afterEach(async () => {
    await page.context().close();
    expect(faults.splice(0)).toEqual([]);
  });

  /** A number of the page in full, by the law whose column it stands in. */
  const shown = async (name: string, law?: string): Promise<number> => {
    const place = law === undefined ? ".planner-budget" : `[data-law="${law}"]`;
    return Number(await page.locator(`${place} data[data-name="${name}"]`).getAttribute("value"));
  };
  const planned = async (...flags: string[]): Promise<Plan> => {
    const { code, stdout, stderr } = await command("plan", ...flags, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return JSON.parse(stdout);
  };
  /** Chromium's exp and Node's may differ in the last digit; a minimum that is searched for, by the root of that. */
  const SEARCHED = 6;
  /** So are fits, and their draws. */
  const FITTED = 5;
  const same = (mine: number, theirs: number | undefined, digits = 12) =>
    expect(mine / (theirs ?? Number.NaN)).toBeCloseTo(1, digits);

  it.each([
    ["", ["--gpus", "64xH100", "--days", "14", "--mfu", "40%"]],
    ["flops=5.76e23", ["--flops", "5.76e23"]],
    ["pfDays=3640", ["--pf-days", "3640"]],
    ["gpus=2048&accelerator=TPUv4&days=30&mfu=0.5", ["--gpus", "2048xTPUv4", "--days", "30", "--mfu", "0.5"]],
  ])("has the numbers of isoflop plan: %s", async (query, flags) => {
    const laws = ["hoffmann-2022-approach-3", "besiroglu-2024", "muennighoff-2023", "llama-3-2024"];
    await open(`?${query}&laws=${laws.join("+")}&served=2T&unique=100B`);
    for (const law of laws) {
      const { compute, optimum } = await planned(...flags, "--law", law);
      same(await shown("flops"), compute.flops);
      same(await shown("pfDays"), compute.pfDays);
      same(await shown("parameters", law), optimum.parameters);
      same(await shown("tokens", law), optimum.tokens);
      if (optimum.loss === undefined) continue;
      same(await shown("loss", law), optimum.loss);
      const limits = ["--inference-tokens", "2T", "--unique-tokens", "100B"];
      const { alternatives } = await planned(...flags, "--law", law, ...limits);
      const [limited, served] = alternatives.slice(2);
      same(await shown("limitedParameters", law), limited?.parameters, SEARCHED);
      same(await shown("limitedTokens", law), limited?.tokens, SEARCHED);
      same(await shown("limitedLoss", law), limited?.loss, SEARCHED);
      if (limited?.epochs !== 1) same(await shown("epochs", law), limited?.epochs, SEARCHED);
      same(await shown("servedParameters", law), served?.parameters, SEARCHED);
      same(await shown("servedTokens", law), served?.tokens, SEARCHED);
      same(await shown("servedFlops", law), served?.flops, SEARCHED);
    }
  });

  it("plans by a fit of dropped runs, with the intervals that isoflop fit and isoflop plan give the same runs", async () => {
    const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
    const sizes = { budgets: [3e9, 1e10, 3e10, 1e11], sizes: 7, width: 8 };
    const records = syntheticStudy({ truth, ...sizes, noise: 0.003, random: createRandom(5) });
    const rows = records.map(({ parameters, tokens, loss }) => `${parameters},${tokens},${loss}`);
    const content = ["N,D,loss", ...rows].join("\n");
    await writeFile(join(folder, "runs.csv"), content);
    const fitted = await command(
      ...["fit", join(folder, "runs.csv"), "--approach", "3", "--bootstrap", "400", "--json", "--draws"],
    );
    const file = join(folder, "fit.json");
    await writeFile(file, fitted.stdout);
    const { optimum } = await planned("--flops", "1e12", "--law", file);

    await open("?flops=1e12&served=1e9&unique=1e7");
    await drop(page, [{ name: "runs.csv", content }]);
    await page.locator(".data-state [role=status]").filter({ hasText: "28 runs read" }).waitFor();
    await page.getByRole("link", { name: "Planner" }).click();
    const offered = page
      .getByLabel("Add a law")
      .locator("option")
      .filter({ hasText: /chinchilla|approach 3/i });
    await expect.poll(() => offered.count()).toBeGreaterThan(0);
    const id = (await offered.first().getAttribute("value")) ?? "";
    await page.getByLabel("Add a law").selectOption(id);
    same(await shown("parameters", id), optimum.parameters, FITTED);
    same(await shown("tokens", id), optimum.tokens, FITTED);
    same(await shown("loss", id), optimum.loss, FITTED);
    const between = (interval: readonly [number, number] | undefined) =>
      `[${interval?.map((x) => formatCount(x)).join("–")}]`;
    const cell = (name: string) =>
      page.locator(`[data-law="${id}"]`).filter({ has: page.locator(`[data-name="${name}"]`) });
    expect(await cell("parameters").innerText()).toContain(between(optimum.intervals95?.parameters));
    expect(await cell("tokens").innerText()).toContain(between(optimum.intervals95?.tokens));
    await cell("servedParameters").filter({ hasText: "[" }).waitFor();
    expect(await page.locator(".planner-texts").innerText()).toContain("95 % interval");
    expect(await page.locator(".planner-warning").innerText()).toMatch(/Fit: [^;]*, 10 times its largest compute/);
    expect(await violations(page)).toEqual([]);
  });

  it("prints the command that prints the same plan", async () => {
    await open("?flops=20PF-days&served=5e11&laws=besiroglu-2024");
    const line = (await page.locator(".planner-commands code").textContent()) ?? "";
    const { optimum } = await planned(...line.split(" ").slice(2));
    same(await shown("parameters", "besiroglu-2024"), optimum.parameters);
  });

  it("says beside an input what is wrong with it, and lets the last valid value stand", async () => {
    await open();
    const before = await shown("parameters", "besiroglu-2024");
    const input = page.getByLabel("MFU");
    const said = page.locator(`[id="${await input.getAttribute("aria-describedby")}"]`);
    for (const wrong of ["", "much", "40", "-1", "NaN", "1e999", "<b>x</b>"]) {
      await input.fill(wrong);
      expect(await input.getAttribute("aria-invalid")).toBe("true");
      expect(await said.textContent()).toMatch(/40% stands\.$/);
      expect(await shown("parameters", "besiroglu-2024")).toBe(before);
      expect(await page.locator("main").innerText()).not.toMatch(/NaN|Infinity|undefined/);
    }
    await input.fill("20%");
    expect(await input.getAttribute("aria-invalid")).toBe("false");
    await expect.poll(() => shown("parameters", "besiroglu-2024")).toBeLessThan(before);
  });

  it("keeps all that is set in the address: a link shows the same again", async () => {
    await open();
    await page.getByLabel("Given as").selectOption("flops");
    await page.getByLabel("Compute (FLOPs)").fill("1e23");
    await page.getByLabel("Add a law").selectOption("own");
    await page.getByLabel("α", { exact: true }).fill("0.35");
    await page.getByRole("button", { name: "Remove hoffmann-2022-approach-3" }).click();
    await page.getByLabel("Count the tokens").check();
    await page.getByLabel("Tokens served, slider").press("ArrowRight");
    await page.getByLabel("Unique tokens are limited").check();
    await page.getByLabel("Show").selectOption("loss");
    await page.getByLabel("Against").selectOption("compute");
    await expect.poll(() => new URL(page.url()).hash).toContain("axes=compute");
    const address = page.url();
    const query = new URLSearchParams(address.split("?").at(-1));
    expect(Object.fromEntries(query)).toEqual({
      ...{ flops: "1e23", served: "1.1T", unique: "100B", alpha: "0.35" },
      ...{ laws: "besiroglu-2024 own", measure: "loss", axes: "compute" },
    });
    await drawn(page);
    const text = await page.locator("main").innerText();
    await page.context().close();
    await open(address.slice(address.indexOf("?")));
    expect(await page.locator("main").innerText()).toBe(text);
    expect(page.url()).toBe(address);
  });

  it("keeps what is set when the reader looks at another view, and follows an address that is typed", async () => {
    await open();
    await page.getByRole("textbox", { name: "Days" }).fill("28");
    await expect.poll(() => page.url()).toContain("days=28");
    await page.getByRole("link", { name: "Study" }).click();
    await page.locator(".planner").waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Planner" }).click();
    await expect.poll(() => page.url()).toContain("days=28");
    same(await shown("days"), 28);
    await page.evaluate(() => {
      location.hash = "#/planner?pfDays=100";
    });
    await expect.poll(() => shown("pfDays")).toBeCloseTo(100, 9);
    await page.waitForURL(/pfDays=100/);
  });

  it("with an address that makes no sense shows the usual values, and says so", async () => {
    const bad = encodeURIComponent('"><img src=x onerror=globalThis.hit=1>');
    await open(`?flops=${bad}&laws=nobody+besiroglu-2024&mfu=7&served=-1&way=cluster`);
    const notice = page.getByRole("status").filter({ hasText: "Parts of the address" });
    expect(await notice.locator("code").allTextContents()).toEqual([
      'flops="><img src=x onerror=globalThis.hit=1>',
      "mfu=7",
      "served=-1",
      "laws=nobody",
    ]);
    expect(await page.evaluate(() => "hit" in globalThis)).toBe(false);
    same(await shown("flops"), 64 * 989.5e12 * 0.4 * 14 * 86_400);
  });

  it("shows the epochs that a limit of unique tokens asks for, more of them the fewer there are", async () => {
    await open("?unique=100B&laws=besiroglu-2024");
    const slider = page.getByLabel("Unique tokens, slider");
    const epochs = [];
    for (let step = 0; step < 3; step++) {
      epochs.push(await shown("epochs", "besiroglu-2024"));
      for (let k = 0; k < 5; k++) await slider.press("ArrowLeft");
    }
    expect(epochs[0]).toBeGreaterThan(1);
    expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
    expect(await slider.getAttribute("aria-valuetext")).toBe("18B");
    await expect.poll(() => page.url()).toContain("unique=18B");
  });

  it("says why there is no loss, no interval, and no fit by that name", async () => {
    await open("?laws=kaplan-2020+llama-3-2024+fit:gone&served=1T");
    const text = await page.locator("main").innerText();
    expect(text).toContain("None of the chosen laws predicts a loss over N and D");
    expect(text).toContain("no interval: published as point estimates");
    expect(text).toContain("This fit is not in the page");
    expect(text).toContain("kaplan-2020, 26 times its largest compute; llama-3-2024, 3.1 times its largest compute");
    expect(await page.locator(".isoflop-loss-valley").count()).toBe(0);
  });

  it("copies the paragraph for a proposal, in either language", async () => {
    await open("", { permissions: ["clipboard-read", "clipboard-write"] });
    for (const [name, part] of [
      ["Copy the English text", "By Besiroglu et al. 2024"],
      ["Copy the Japanese text", "スケーリング則によれば"],
    ] as const) {
      await page.getByRole("button", { name }).click();
      await page.getByRole("status").filter({ hasText: "Copied." }).waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(part);
    }
  });

  it("hands out its figures", async () => {
    await open();
    for (const [title, name] of [
      ["The cost of being off it", "loss-valley"],
      ["Among known models", "model-map"],
    ] as const) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: `Download as SVG: ${title}` }).click(),
      ]);
      expect(download.suggestedFilename()).toBe(`${name}.svg`);
      expect(await readFile(await download.path(), "utf8")).toMatch(/^<svg/);
    }
  });

  it("names the models of the map for those who point at them", async () => {
    await open();
    const titles = await page.locator(".isoflop-model-map title").allTextContents();
    for (const name of ["GPT-3", "Gopher", "Chinchilla"])
      expect(titles.some((title) => title.startsWith(name))).toBe(true);
  });

  it.each([
    [390, "light", "en-US"],
    [390, "dark", "ja-JP"],
    [1280, "dark", "en-US"],
    [1280, "light", "ja-JP"],
    [1920, "light", "en-US"],
    [1920, "dark", "ja-JP"],
  ] as const)(
    "%i px, %s, %s: without violations of axe-core, nothing wider than the window, nothing that moves by itself",
    async (width, colorScheme, locale) => {
      const laws = "kaplan-2020+hoffmann-2022-approach-3+besiroglu-2024+own";
      await open(`?laws=${laws}&served=2T&unique=50B&price=x`, {
        viewport: { width, height: 900 },
        colorScheme,
        locale,
      });
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      const japanese = /[\u3040-\u9fff]/.test((await page.locator("h1").textContent()) ?? "");
      expect(japanese).toBe(locale === "ja-JP");
      const shift = await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            let sum = 0;
            new PerformanceObserver((list) => {
              for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
            }).observe({ type: "layout-shift", buffered: true });
            setTimeout(() => resolve(sum), 200);
          }),
      );
      expect(shift).toBeLessThan(0.01);
    },
  );
});
