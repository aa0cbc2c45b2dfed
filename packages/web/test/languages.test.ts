import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, type RunRecord, syntheticStudy } from "@isoflop/laws";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Listening } from "../../lab/src/server/listen.js";
import { openServed } from "../../lab/src/server/served.js";
import { explanations } from "../src/i18n/warnings/explanations.js";
import { haveChromium, launch, noteFaults, serveBuilt, violations } from "./browser.js";

const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
const runs = (budgets: readonly number[]) =>
  syntheticStudy({ truth, budgets: [...budgets], sizes: 5, width: 16, noise: 0.003, random: createRandom(2) });
const csvOf = (records: readonly RunRecord[], loss: string): string =>
  `id,parameters,tokens,flops,${loss},budget\n${records
    .map((r) => [r.id, r.parameters, r.tokens, r.flops, r.loss, r.budget].join(","))
    .join("\n")}\n`;
/** Japanese letters of some kind. */
const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;

describe.skipIf(!haveChromium)("the page in the reader's language", () => {
  let browser: Browser;
  let folder: string;
  let server: Listening | undefined;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "isoflop-languages-"));
    browser = await launch();
  });
  afterEach(async () => {
    await page.context().close();
    await server?.close();
    expect(faults.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });
  /** The laws of a table, fitted. */
  const open = async (name: string, content: string, locale: string) => {
    await writeFile(join(folder, name), content);
    server = await serveBuilt(await openServed([join(folder, name)]));
    const context = await browser.newContext({ locale });
    page = await context.newPage();
    noteFaults(page, faults);
    await page.goto(`${server.url}#/laws`);
    await page.locator('.laws [data-done="true"]').waitFor();
  };
  const english = (pattern: RegExp) => page.locator(".laws").getByText(pattern);

  it("says every warning and refusal of a thin study in Japanese, and on demand what it means and what to do", async () => {
    await open("thin.csv", csvOf(runs([3e9, 1.5e10]), "loss"), "ja-JP");
    expect(await page.locator(".laws [lang=en]").count()).toBe(0);
    expect(await page.locator(".laws-skipped").innerText()).toContain("アプローチ 1 には、共通する計算量の範囲で");
    expect(await page.locator("#backtestErrors").innerText()).toMatch(
      /計算予算が必要ですが、2 個しかありません.*too-few-budgets/,
    );
    const warnings = page.locator(".laws-warnings");
    const told = await warnings.locator("dd > p").allInnerTexts();
    expect(told.length).toBeGreaterThan(2);
    for (const text of told) expect(text).toMatch(JAPANESE);
    expect(told.join()).toContain("10 個で 5 個のパラメータを決めています");

    const details = warnings.locator('details[data-code="few-minima"]').first();
    const { ja, en } = explanations["few-minima"];
    expect(await details.getByText(ja.meaning).isVisible()).toBe(false);
    await details.locator("summary").focus();
    await page.keyboard.press("Enter");
    await details.getByText(ja.meaning).waitFor();
    expect(await details.innerText()).toContain(ja.remedy);
    expect(await violations(page)).toEqual([]);

    await page.getByLabel("言語").selectOption("English");
    await details.getByText(en.meaning).waitFor();
    expect(await warnings.innerText()).toContain("10 runs determine 5 parameters");
    expect(await page.locator(".laws-skipped").innerText()).toContain("Approach 1 needs training curves of two sizes");
  });

  it("tells losses in their own unit, and compares none with another tokenizer's", async () => {
    await open("bits.csv", csvOf(runs([3e9, 1e10, 3e10, 1e11]), "bits_per_byte"), "en-US");
    expect(await page.locator(".laws-units").innerText()).toMatch(
      /^Losses here are in bits per byte .* not to be compared/,
    );
    await page.locator("#isoflopProfiles").scrollIntoViewIfNeeded();
    await page.locator("#isoflopProfiles svg").getByText("bits per byte").first().waitFor();
    expect(await english(/Loss \(nats per token\)/).count()).toBe(0);
    await page.getByLabel("Language").selectOption("日本語");
    await page.locator("#isoflopProfiles svg").getByText("最終損失 (bit/バイト)").first().waitFor();

    await page.getByRole("link", { name: "計画" }).click();
    const add = page.getByLabel("追加", { exact: true });
    await expect.poll(() => add.locator("option").filter({ hasText: "bits.csv、アプローチ 3" }).count()).toBe(1);
    await add.selectOption({ label: "フィット: bits.csv、アプローチ 3" });
    const row = page.locator(".planner-table tr").filter({ hasText: /^損失/ }).first();
    expect(await row.innerText()).toMatch(/単位は法則ごと[\s\S]*nat\/トークン[\s\S]*bit\/バイト/);
    expect(await page.getByText("法則どうしの損失の大小に意味はありません").count()).toBe(1);
    const proposals = page.locator(".planner-text");
    expect(await proposals.nth(0).innerText()).toContain("bits.csv, approach 3 (20 runs)");
    expect(await proposals.nth(0).innerText()).toMatch(/an expected loss of [\d.]+ bits per byte/);
    expect(await proposals.nth(1).innerText()).toMatch(
      /bits\.csv、アプローチ 3\(ラン 20 個\)[\s\S]*[\d.]+ bit\/バイト/,
    );
  });
});
