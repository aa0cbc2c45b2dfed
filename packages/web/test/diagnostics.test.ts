import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, fitIsoflop, likelihoodCurves, orThrow, syntheticStudy } from "@isoflop/laws";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Listening } from "../../lab/src/server/listen.js";
import { openServed } from "../../lab/src/server/served.js";
import { drawn, haveChromium, launch, serveBuilt, violations } from "./browser.js";

const records = syntheticStudy({
  truth: { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 },
  budgets: [3e9, 1e10, 3e10, 1e11, 3e11],
  sizes: 5,
  width: 16,
  noise: 0.003,
  random: createRandom(2),
});

describe.skipIf(!haveChromium)("the diagnostics of the laws view", () => {
  let browser: Browser;
  let server: Listening;
  let folder: string;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "isoflop-diagnostics-"));
    const rows = records.map((r) => [r.id, r.parameters, r.tokens, r.flops, r.loss, r.budget].join(","));
    await writeFile(join(folder, "runs.csv"), `id,parameters,tokens,flops,loss,budget\n${rows.join("\n")}\n`);
    browser = await launch();
    const studies = await openServed([join(folder, "runs.csv")]);
    server = await serveBuilt(studies);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    await page.context().close();
    expect(faults.splice(0)).toEqual([]);
  });
  const open = async (query: string, locale = "en-US") => {
    const context = await browser.newContext({ locale });
    page = await context.newPage();
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(`${server.url}#/laws?${query}`);
    await page.locator('.laws [data-done="true"]').waitFor();
  };
  const told = async (figure: string): Promise<string> => {
    const place = page.locator(`#${figure}`);
    await place.scrollIntoViewIfNeeded();
    await drawn(page);
    return (await place.locator("svg[aria-label]").first().getAttribute("aria-label")) ?? "";
  };

  it("profile the procedure that is chosen, with the library's numbers, and show what its minima miss", async () => {
    await open("procedure=2&resamples=100");
    const words = await told("profileLikelihood");
    const curves = orThrow(likelihoodCurves(orThrow(fitIsoflop(records, { resamples: 0 })), records));
    const { estimate, interval } = curves.a ?? { estimate: 0, interval: [0, 0] };
    const [value, low, high] = [estimate, ...interval].map((one) => String(Number(one.toPrecision(3))));
    expect(words).toContain(`a ${value} (${low}–${high}), bootstrap 0.`);
    expect(words).toContain("N_opt and L_opt are for 3×10¹¹ FLOPs.");
    expect(await told("frontierResiduals")).toContain("5 minima lie off the power law of N_opt by");
    expect(await violations(page)).toEqual([]);
  });

  it("tell the influence of runs on what the reader chooses, which the address keeps", async () => {
    await open("procedure=3&resamples=0");
    expect(await told("influence")).toContain("With all runs the exponent a is");
    const choice = page.locator("#influence").getByLabel("Influence on");
    await choice.selectOption("E");
    await page.waitForURL(/influence=E/);
    await page.locator('#influence svg[aria-label*="the irreducible loss E is"]').waitFor();
    await page.reload();
    await page.locator('.laws [data-done="true"]').waitFor();
    expect(await told("influence")).toContain("the irreducible loss E is");
    await choice.selectOption("a");
    await page.waitForURL((url) => !url.href.includes("influence"));
    // Kaplan's laws have no E: what was asked for cannot be shown, and is not offered.
    await page.goto(`${server.url}#/laws?procedure=kaplan&resamples=0&influence=E`);
    // The figure of before is of the exponent a as well.
    await page.locator('[data-law="chinchilla"]').waitFor({ state: "detached" });
    await page.locator('#influence svg[aria-label*="the exponent a is"]').waitFor();
    const offered = () =>
      choice.locator("option").evaluateAll((options) => options.map((option) => option.getAttribute("value")));
    // The figure of the procedure before stands until the new one's refits are told.
    await expect.poll(offered).toEqual(["a", "N_opt", "L_opt"]);
  });

  it.each([
    ["en-US", "neither Approach 1 nor Approach 2 was fitted"],
    ["ja-JP", "アプローチ 1 も 2 もフィットされていません"],
  ])("say in the language of the page why there is none, each figure for itself: %s", async (locale, reason) => {
    await open("procedure=3&resamples=0", locale);
    expect(await page.locator("#frontierResiduals").innerText()).toContain(reason);
    await page.goto(`${server.url}#/laws?procedure=1&resamples=0`);
    // No curves, so no fit, no profiles: and the residuals' place names what it lacks itself.
    const none =
      locale === "en-US" ? "the chosen procedure was not fitted" : "選んだ手法はこれらのランにフィットされていません";
    await page.locator("#profileLikelihood", { hasText: none }).waitFor();
    const own = locale === "en-US" ? "predicts no loss of single runs" : "個々のランの損失を予測しません";
    await page.locator("#residuals", { hasText: own }).waitFor();
  });
});
