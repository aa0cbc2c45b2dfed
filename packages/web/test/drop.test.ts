import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Listening } from "../../lab/src/server/listen.js";
import { haveChromium, launch, noteFaults, serveBuilt, violations } from "./browser.js";
import { drop, requestsOf, viewShown } from "./dropping.js";

const HOSTILE = [
  "run,N,D,loss,note",
  '<img src=x onerror=globalThis.hit=1>,1e6,2e7,3.5,"<script>globalThis.hit=1</script>"',
  "=cmd()|'/c calc'!A1,2e6,2e7,3.4,",
  '"javascript:alert(1)",3e6,2e7,3.3,',
  "c,4e6,2e7,<b>bad</b>,",
  "d,4e6,2e7,0,",
  "e,5e6,2e7,3.1,",
  "e,5e6,2e7,3.1,",
].join("\n");

describe.skipIf(!haveChromium)("a dropped file", () => {
  let browser: Browser;
  let server: Listening;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    server = await serveBuilt([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  beforeEach(async () => {
    page = await (await browser.newContext({ locale: "en-US" })).newPage();
    noteFaults(page, faults);
    await page.goto(`${server.url}#/data`);
    await page.getByRole("heading", { level: 1 }).waitFor();
  });
  afterEach(async () => {
    await page.context().close();
    expect(faults.splice(0)).toEqual([]);
  });
  const status = () => page.locator(".data-state [role=status]");
  const told = async (text: string | RegExp) => {
    await status().filter({ hasText: text }).waitFor();
  };

  it("is read in the page: hostile cells stay text, in the table and in what is saved, and nothing is sent", async () => {
    const asked = requestsOf(page);
    await drop(page, [{ name: "<img src=x onerror=globalThis.hit=1>.csv", content: HOSTILE }]);
    await told(/^4 runs read from .*; 3 rows left out\.$/);
    const table = page.getByRole("table").filter({ has: page.locator("caption") });
    expect(await table.locator("tbody th").allTextContents()).toEqual([
      "<img src=x onerror=globalThis.hit=1>",
      "=cmd()|'/c calc'!A1",
      "javascript:alert(1)",
      "e",
    ]);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download these runs as CSV" }).click();
    const saved = await readFile((await (await download).path()) ?? "", "utf8");
    expect(saved).toContain("\r\n'=cmd()|'/c calc'!A1,2000000,20000000,240000000000000,3.4\r\n");
    const groups = page.locator(".data-group");
    expect(await groups.locator("summary").allTextContents()).toEqual([
      "loss is not a number (1 row)",
      "loss is not positive (1 row)",
      "repeat another row in all numbers (1 row)",
    ]);
    await groups.first().locator("summary").click();
    expect(await groups.first().locator("li").allTextContents()).toEqual(["Row 4: <b>bad</b>"]);
    expect(await page.evaluate(() => (globalThis as { hit?: number }).hit)).toBeUndefined();
    expect(await page.locator("main img, main script").count()).toBe(0);
    // What was fetched are the page's own worker, and what was made in the page.
    const strange = asked.filter((url) => !url.startsWith(`${server.url}assets/`) && !url.startsWith("blob:"));
    expect(strange).toEqual([]);
    expect(await violations(page)).toEqual([]);
  });

  it("may be JSONL, Parquet and CSV at once, whatever view is shown; other views and back keep it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "isoflop-drop-"));
    const parquet = join(folder, "b.parquet");
    const database = await (await DuckDBInstance.create(":memory:")).connect();
    await database.run(
      `COPY (SELECT (2e6 + i * 1e5)::BIGINT AS params, 20000000::DECIMAL(18,2) AS tokens, 3.4 - i / 100 AS val_loss FROM range(5) t(i)) TO '${parquet}' (CODEC snappy)`,
    );
    database.closeSync();
    await page.goto(`${server.url}#/planner`);
    await viewShown(page, "Planner");
    await drop(page, [
      {
        name: "a.jsonl",
        content: '{"N":"1M","D":2e7,"eval":{"loss":3.5}}\n{"N":"1.5M","D":2e7,"eval":{"loss":null}}\n',
      },
      { name: "b.parquet", content: await readFile(parquet) },
      { name: "c.csv", content: "N,D,loss\n9e6,2e7,3.1\n" },
    ]);
    await told("7 runs read from a.jsonl + 2; 1 row left out.");
    await page.waitForURL(({ hash }) => hash === "#/data");
    await page.getByRole("navigation").getByRole("link", { name: "Planner" }).click();
    await viewShown(page, "Planner");
    await page.getByRole("link", { name: "Data", exact: true }).click();
    await told("7 runs read from a.jsonl + 2; 1 row left out.");
    await page.getByRole("button", { name: "Remove b.parquet" }).click();
    await told("2 runs read from a.jsonl + 1; 1 row left out.");
    await page.getByRole("button", { name: "Remove all" }).click();
    await page.locator("#data-files").waitFor({ state: "detached" });
    expect(await status().textContent()).toBe("");
    await rm(folder, { recursive: true });
  });

  it("that is broken is told by its name, its line and a remedy, and the others are read", async () => {
    await drop(page, [
      { name: "ragged.csv", content: "N,D,loss\n1e6,2e7,3\n2e6,2e7\n" },
      { name: "table.xlsx", content: "PK\u0003\u0004" },
      { name: "cut.parquet", content: "PAR1 cut off" },
      { name: "good.csv", content: "N,D,loss\n1e6,2e7,3\n" },
    ]);
    await told("1 run read from good.csv; 0 rows left out.");
    const lines = await page.locator(".data-faults p").allTextContents();
    expect(lines).toEqual([
      expect.stringMatching(/^ragged\.csv was not read Line 3 has 2 cells, the header 3\. /),
      expect.stringMatching(/^table\.xlsx was not read It is a spreadsheet or a zip archive\. Save the table as CSV/),
      expect.stringMatching(/^cut\.parquet was not read It cannot be read as Parquet \(.+\)\. /),
    ]);
    expect(await violations(page)).toEqual([]);
  });

  it("whose columns are not known asks for them, by keyboard alone if need be", async () => {
    await drop(page, [{ name: "odd.csv", content: "weights,seen,quality,arm\n1,2,30,a\n2,2,25,a\n3,2,20,b\n" }]);
    await page.locator(".data-refusal").waitFor();
    expect(await page.locator(".data-refusal strong").textContent()).toMatch(/^There is too little to fit/);
    await page.getByLabel("Column of N, parameters").selectOption("weights");
    await page.getByLabel("Column of D, training tokens").selectOption("seen");
    const loss = page.getByLabel("Column of Loss (held-out)");
    await loss.focus();
    await page.keyboard.type("quality");
    await told("3 runs read from odd.csv; 0 rows left out.");
    await page.getByLabel("Unit of N, parameters").selectOption("millions (M)");
    await page.getByLabel("Unit of D, training tokens").selectOption("billions (B)");
    await page.getByLabel("Unit of Loss (held-out)").selectOption("perplexity (ln is taken)");
    const line = page.locator("#data-noticed ~ ul code");
    await line.filter({ hasText: "N = weights * 1e6, D = seen * 1e9, loss = ln(quality)" }).waitFor();
    const first = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "1", exact: true }) });
    expect(await first.locator("td").allTextContents()).toEqual(["1.000e6", "2.000e9", "1.200e16", "3.4012"]);
    await page.getByRole("button", { name: "Add a condition" }).click();
    await page.getByLabel("Column of condition 1").selectOption("arm");
    await page.getByLabel("Value of condition 1").fill("a");
    await told("2 runs read from odd.csv; 0 rows left out.");
    expect(await page.getByText("Left out by them: 1 row.").count()).toBe(1);
    await page.getByRole("button", { name: "Back to what was recognised" }).click();
    await page.locator(".data-refusal").waitFor();
  });

  it("may be chosen, or pasted, instead; a made-up study shows its truth and its seed", async () => {
    await page.locator("input[type=file]").setInputFiles({
      name: "chosen.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("N,D,loss\n1e6,2e7,3\n"),
    });
    await told("1 run read from chosen.csv; 0 rows left out.");
    await page.getByRole("button", { name: "Paste text" }).click();
    await page.getByLabel(/^Text of a table/).fill("N\tD\tloss\n2e6\t2e7\t3\n");
    await page.getByRole("button", { name: "Read this text" }).click();
    await told("2 runs read from chosen.csv + 1; 0 rows left out.");
    await page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", '[{"N":3e6,"D":2e7,"loss":2.9}]');
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
    });
    await told("3 runs read from chosen.csv + 2; 0 rows left out.");
    await page.getByLabel("Seed", { exact: true }).fill("11");
    await page.getByRole("button", { name: "Show a made-up study" }).click();
    await page.getByText("Made-up study, seed 11").waitFor();
    expect(await page.getByText("L(N, D) = 1.12 + 18/N^0.34 + 74/D^0.36").count()).toBe(1);
    expect(await page.getByRole("heading", { name: /35 runs/ }).count()).toBe(1);
    expect(await violations(page)).toEqual([]);
  });

  it("is told of in Japanese, too, in both themes", async () => {
    const language = page.getByLabel("Language");
    await language.selectOption("日本語");
    await drop(page, [
      { name: "a.csv", content: "N,D,perplexity\n1e6,2e7,33\n2e6,2e7,x\n" },
      { name: "b.csv", content: "" },
    ]);
    await told("a.csv から 1 個のランを読み取りました。除外した行: 1。");
    expect(await page.locator(".data-faults p").allTextContents()).toEqual([
      "b.csv は読み取れませんでした 空のファイルです。",
    ]);
    expect(await page.locator(".data-notices").textContent()).toContain("perplexity をパープレキシティとみなし");
    for (const [theme, width] of [
      ["ダーク", 390],
      ["ライト", 1280],
    ] as const) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      await page.getByLabel("テーマ").selectOption(theme);
      expect(await violations(page)).toEqual([]);
    }
  });
});
