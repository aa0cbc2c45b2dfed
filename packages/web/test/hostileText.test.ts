import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { command } from "../../lab/src/fixtures/testIo.js";
import type { Listening } from "../../lab/src/server/listen.js";
import { makeStudy } from "../../lab/src/server/live/fixtures.js";
import { openServed } from "../../lab/src/server/served.js";
import { haveChromium, launch, serveBuilt } from "./browser.js";
import { drop, viewShown } from "./dropping.js";
import { csvRow, HOSTILE, PAYLOADS, traces, watchFor } from "./hostilePayloads.js";

const VIEWS = ["study", "laws", "planner", "data"] as const;
const NAMES = { study: "Study", laws: "Laws", planner: "Planner", data: "Data" } as const;
/** Letters of a text that the page and a test tool both keep as they are. */
const shownPart = (text: string): string => text.slice(0, 60);

describe.skipIf(!haveChromium)("hostile text", () => {
  let browser: Browser;
  let server: Listening;
  let page: Page;
  let folder: string;
  let keys: string[];
  let faults: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "isoflop-hostile-"));
    const study = await hostileStudy();
    const table = join(folder, `${PAYLOADS.image}.csv`);
    await writeFile(table, tableOf(HOSTILE));
    const imported = await hostileImport(folder);
    browser = await launch();
    const studies = await openServed([study, table, imported]);
    keys = studies.map(({ key }) => key);
    server = await serveBuilt(studies);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    delete process.env.ISOFLOP_CACHE;
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    page = await (await browser.newContext({ locale: "en-US", acceptDownloads: true })).newPage();
    faults = await watchFor(page);
  });
  afterEach(async () => {
    await page.context().close();
    expect(faults).toEqual([]);
  });
  const open = async (hash: string) => {
    await page.goto(`${server.url}#/${hash}`);
    const view = VIEWS.find((name) => hash.split("?")[0] === name) ?? "study";
    await viewShown(page, NAMES[view]);
    await page.locator('main[aria-busy="false"] h1').waitFor();
  };

  it.each([0, 1, 2])(
    "in what is served, place %i, is text in the study and its laws, hovered, opened and saved",
    async (at) => {
      await open(`study?study=${keys[at]}`);
      const names = page.locator(".study .runs tbody th button");
      await names.first().waitFor();
      const shown = await names.allTextContents();
      for (const text of HOSTILE.slice(0, 9)) {
        expect(shown.map(shownPart)).toContain(shownPart(text.replaceAll("\ud800", "\ufffd")));
      }
      for (const name of [PAYLOADS.image, PAYLOADS.quotes]) {
        await names.nth(shown.indexOf(name)).click();
        await page.locator("#panel-title").filter({ hasText: name }).waitFor();
        for (const summary of await page.locator(".study summary:visible").all()) await summary.click();
      }
      await page.getByLabel("Name contains").fill(PAYLOADS.script);
      await expect.poll(async () => new Set(await names.allTextContents())).toEqual(new Set([PAYLOADS.script]));
      expect(await traces(page)).toEqual([]);

      await open(`laws?study=${keys[at]}&resamples=0`);
      await page.locator('.laws [data-done="true"]').waitFor();
      const list = page.locator(".laws-runs tbody");
      for (const text of [PAYLOADS.svg, PAYLOADS.inherited]) {
        const row = list.locator("tr").filter({ has: page.locator("button", { hasText: text }) });
        await row.first().locator("button").click();
      }
      const figure = page.locator("#residuals");
      await figure.scrollIntoViewIfNeeded();
      const marks = figure.locator("[data-run]");
      await marks.first().waitFor();
      for (let i = 0; i < 3; i++) await marks.nth(i).hover({ force: true });
      await figure.getByText("Data as a table").click();
      for (const card of await page.locator(".figure-card").all()) await card.scrollIntoViewIfNeeded();
      expect(await traces(page)).toEqual([]);
      await checkDownloads(page, at);
    },
  );

  it("would be noticed, were it markup: the watch sees elements, handlers and what the policy refuses", async () => {
    await open("data");
    for (const text of HOSTILE.filter((payload) => payload.startsWith("<"))) {
      await page.evaluate((markup) => {
        const place = document.createElement("div");
        place.innerHTML = markup;
        document.querySelector("main")?.append(place);
      }, text);
    }
    const found = (await traces(page)).join("\n");
    for (const trace of ["<img", "<maction", "<iframe", "onerror=", "onload=", '<u class="pwned"']) {
      expect(found).toContain(trace);
    }
    await expect.poll(() => faults.some((fault) => fault.startsWith("policy: script-src"))).toBe(true);
    await page.close();
    faults.splice(0);
  });

  it("in every parameter of the address is text, in every view", async () => {
    const parameters = ["study", "run", "status", "q", "sort", "sweep", "out", "picked", "compare", "at", "delta"];
    const planner = ["flops", "pfDays", "gpus", "mfu", "price", "served", "laws", "way", "accelerator", "E", "axes"];
    const short = HOSTILE.filter((text) => text.length < 1000);
    await open("study");
    for (const view of VIEWS) {
      const names = view === "planner" ? planner : [...parameters, "procedure", "loss", "curve", "resamples"];
      for (let turn = 0; turn < 4; turn++) {
        const query = names.map((name, i) => [name, short[(i + turn * 5) % short.length] ?? ""]);
        await page.evaluate(
          (hash) => {
            location.hash = hash;
          },
          `#/${view}?${new URLSearchParams(query)}`,
        );
        await viewShown(page, NAMES[view]);
      }
      expect(await traces(page)).toEqual([]);
    }
    for (const text of [...short, "%", "%00%ff"]) {
      await page.evaluate((hash) => {
        location.hash = hash;
      }, `#/${text}?${text}=${text}`);
    }
    await viewShown(page, "Study");
    expect(await traces(page)).toEqual([]);
  });

  it("typed into every field of every form is text, and the page goes on", async () => {
    for (const view of VIEWS) {
      await open(view);
      const whole = {
        study: ".study .runs tbody th button",
        laws: '.laws [data-done="true"]',
        planner: ".isoflop-model-map svg",
        data: "input[type=file]",
      };
      await page.locator(whole[view]).first().waitFor({ state: "attached" });
      if (view === "data") await page.getByRole("button", { name: "Paste text" }).click();
      const fields = page.locator("input:not([type]), input[type=search], input[type=text], textarea");
      for (const field of await fields.all()) {
        if (!(await field.isVisible())) continue;
        for (const text of [PAYLOADS.script, PAYLOADS.quotes, PAYLOADS.turned, "x".repeat(5000)])
          await field.fill(text);
      }
      expect(await traces(page)).toEqual([]);
      if (view === "data") await page.getByRole("button", { name: "Read this text" }).click();
    }
    expect(await traces(page)).toEqual([]);
  });

  it("in dropped files (names, columns, keys, cells, what is broken) is text", async () => {
    await open("data");
    const parquet = await hostileParquet(folder);
    const jsonl = HOSTILE.map((text, i) => {
      const odd = `${JSON.stringify(text)}:{${JSON.stringify(text)}:${JSON.stringify(text)}},`;
      return `{${odd}"run":${JSON.stringify(text)},"N":${1e6 * (i + 1)},"D":2e7,"loss":${3.5 - i / 100}}`;
    });
    await drop(page, [
      { name: `${PAYLOADS.image}.csv`, content: tableOf(HOSTILE) },
      { name: `${PAYLOADS.quotes}.jsonl`, content: jsonl.join("\n") },
      { name: `${PAYLOADS.prototype}.parquet`, content: parquet },
      { name: `${PAYLOADS.ending}.csv`, content: `N,D,loss\n${PAYLOADS.script},x\n` },
      { name: `${PAYLOADS.svg}.json`, content: `{"N":${PAYLOADS.script}}` },
      { name: `${PAYLOADS.template}.parquet`, content: `PAR1${PAYLOADS.script}` },
      { name: `${PAYLOADS.turned}.xlsx`, content: `PK\u0003\u0004${PAYLOADS.script}` },
      { name: "constructor", content: csvRow(HOSTILE) },
    ]);
    await page.locator(".data-faults p").nth(3).waitFor();
    await page.locator(".data-group summary").first().waitFor();
    for (const summary of await page.locator(".data-group summary").all()) await summary.click();
    await page.getByRole("button", { name: "Add a condition" }).click();
    await page.getByLabel("Column of condition 1").selectOption({ index: 2 });
    await page.getByLabel("Value of condition 1").fill(PAYLOADS.image);
    await page.getByLabel("Value of condition 1").fill("");
    expect(await traces(page)).toEqual([]);
    for (const text of [PAYLOADS.image, PAYLOADS.quotes, PAYLOADS.ending, PAYLOADS.svg]) {
      expect(await page.locator("main").textContent()).toContain(text);
    }
    await page.getByRole("link", { name: "Laws", exact: true }).click();
    await page.locator('.laws [data-done="true"]').waitFor();
    expect(await traces(page)).toEqual([]);
  });

  it("in what the server answers when it fails is text", async () => {
    const error = { error: { code: PAYLOADS.script, message: PAYLOADS.image, hint: PAYLOADS.quotes } };
    await page.route("**/runs/*", (route) => route.fulfill({ status: 409, json: error }));
    await page.route("**/control", (route) => route.fulfill({ status: 400, json: error }));
    await open(`study?study=${keys[0]}`);
    await page.locator(".study .runs tbody th button").first().click();
    await page.locator(".panel [role=alert]").filter({ hasText: PAYLOADS.image }).waitFor();
    // A study whose runs have all ended can only be resumed.
    const order = (action: string) =>
      fetch(`${server.url}api/studies/${keys[0]}/control`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ action }),
      });
    expect((await order("pause")).status).toBe(200);
    await page.locator(".progress").getByRole("button", { name: "Resume" }).click();
    await page.locator(".outcome.refused").filter({ hasText: PAYLOADS.image }).waitFor();
    expect((await order("resume")).status).toBe(200);
    expect(await traces(page)).toEqual([]);
    await page.route("**/api/studies", (route) => route.fulfill({ status: 500, json: error }));
    await page.reload();
    await page.getByText(PAYLOADS.image).waitFor();
    expect(await traces(page)).toEqual([]);
    // What the answers' status says is no fault of the page.
    const answered = faults.splice(0);
    faults.push(...answered.filter((fault) => !/^console: Failed to load resource/.test(fault)));
  });
});

/** A run a text, on a law without noise. */
function tableOf(names: readonly string[]): string {
  const rows = names.map((name, i) => {
    const [n, d] = [1e6 * 2 ** (i % 4), 2e7 * 2 ** Math.floor(i / 4)];
    return csvRow([name, n, d, 1.2 + 30 / n ** 0.38 + 60 / d ** 0.33, name]);
  });
  const bad = names.map((name) => csvRow([name, name, 2e7, name, name]));
  return [csvRow(["run", "N", "D", "loss", `${PAYLOADS.script}`]), ...rows, ...bad].join("\n");
}

/** A trained study, in whose files every text that a program or a person may have written is hostile. */
async function hostileStudy(): Promise<string> {
  const study = await makeStudy((text) => text.replace("sizes: 3", "sizes: 6"));
  expect((await command("run", study)).code).toBe(0);
  const ids = (await readdir(join(study, "runs"))).sort();
  for (const [i, id] of ids.entries()) {
    const run = join(study, "runs", id);
    const text = (HOSTILE[i % HOSTILE.length] ?? "").replaceAll("\ud800", "\ufffd");
    const spec = JSON.parse(await readFile(join(run, "run.json"), "utf8"));
    await writeFile(join(run, "run.json"), JSON.stringify({ ...spec, name: text }));
    await writeFile(join(run, "trainer.log"), `${text}\n${HOSTILE.join("\n").slice(0, 8000)}`);
    const ended = { ended: "2026-01-01T00:00:00Z", ending: "failed", reason: text };
    await appendFile(join(run, "attempts.jsonl"), `{"began":${JSON.stringify(text)},"host":${JSON.stringify(text)}}\n`);
    await appendFile(join(run, "attempts.jsonl"), `${JSON.stringify(ended)}\n`);
    if (i % 9 === 8) {
      const result = JSON.parse(await readFile(join(run, "result.json"), "utf8"));
      await writeFile(join(run, "result.json"), JSON.stringify({ ...result, status: "diverged", reason: text }));
    }
  }
  const broken = join(study, "runs", "0123456789abcdef");
  await mkdir(broken, { recursive: true });
  await writeFile(join(broken, "run.json"), `{"name": ${PAYLOADS.script}`);
  return study;
}

/** What `isoflop import` made of runs, with hostile texts where a tracker's names, tags and notices stand. */
async function hostileImport(folder: string): Promise<string> {
  for (const [i, text] of HOSTILE.entries()) {
    const run = join(folder, "tracked", `run${i}-${text.replaceAll(/[/\0\ud800]/g, "_").slice(0, 60)}`);
    await mkdir(run, { recursive: true });
    await writeFile(
      join(run, "config.json"),
      JSON.stringify({ n_params: 1e6 * 2 ** (i % 4), [text]: text, name: text, tags: [text] }),
    );
    const tokens = 2e7 * 2 ** Math.floor(i / 4);
    const lines = Array.from({ length: 10 }, (_, k) =>
      JSON.stringify({ step: k + 1, tokens: (tokens * (k + 1)) / 10, "val/loss": 5 - i / 100 - k / 10, [text]: text }),
    );
    await writeFile(join(run, "metrics.jsonl"), `${lines.join("\n")}\n`);
  }
  const imported = join(folder, `imported ${PAYLOADS.image}`);
  expect((await command("import", join(folder, "tracked"), "--to", imported)).code).toBe(0);
  const manifest = JSON.parse(await readFile(join(imported, "import.json"), "utf8"));
  for (const [i, run] of manifest.runs.entries()) {
    const text = HOSTILE[i % HOSTILE.length];
    Object.assign(run, { name: text, path: text, kind: text, state: text, tags: [text], notices: [text] });
  }
  manifest.warnings = HOSTILE.slice(0, 9);
  await writeFile(join(imported, "import.json"), JSON.stringify(manifest));
  return imported;
}

/** Columns named as the texts, which are their cells, too. */
async function hostileParquet(folder: string): Promise<Uint8Array> {
  const path = join(folder, "hostile.parquet");
  const database = await (await DuckDBInstance.create(":memory:")).connect();
  const texts = HOSTILE.filter((text) => text.length < 1000 && !text.includes("\ud800"));
  const quoted = (text: string) => text.replaceAll("'", "''");
  const columns = texts.map((text) => `'${quoted(text)}' AS "${text.replaceAll('"', '""')}"`).join(", ");
  await database.run(
    `COPY (SELECT 1e6 + i AS N, 2e7 AS D, 3.5 - i / 10 AS loss, ${columns} FROM range(5) t(i)) TO '${quoted(path)}'`,
  );
  database.closeSync();
  return readFile(path);
}

/** Every file of a figure: drawings are drawings and nothing else, tables have no cell that a spreadsheet would run. */
async function checkDownloads(page: Page, at: number): Promise<void> {
  const figure = page.locator("#residuals");
  await figure.scrollIntoViewIfNeeded();
  for (const format of ["SVG", "PNG", "CSV", "JSON"]) {
    const download = page.waitForEvent("download").catch(() => undefined);
    await figure.getByRole("button", { name: `Download as ${format}` }).click();
    const saved = await download;
    if (saved === undefined) throw new Error(`no ${format}: ${await figure.getByRole("alert").allTextContents()}`);
    const text = await readFile(await saved.path(), format === "PNG" ? "latin1" : "utf8");
    if (format === "PNG") expect(text.slice(1, 4)).toBe("PNG");
    else if (format === "JSON") JSON.parse(text);
    else if (format === "CSV") {
      expect(text, `place ${at}`).toContain("'=cmd()");
      expect(text).not.toMatch(/(^|[\n,]|\n")"?[=@\t]/);
    } else {
      const wrong = await page.evaluate((markup) => {
        const parsed = new DOMParser().parseFromString(markup, "image/svg+xml");
        const elements = [...parsed.querySelectorAll("*")];
        const odd = parsed.querySelectorAll("parsererror, script, foreignObject, a, image, use, animate, set, .pwned");
        return [
          ...[...odd].map((element) => element.outerHTML.slice(0, 200)),
          ...elements.flatMap(({ attributes }) =>
            [...attributes].filter(({ name }) => /^on|href/i.test(name)).map(({ name }) => name),
          ),
        ];
      }, text);
      expect(wrong).toEqual([]);
    }
  }
  expect(await traces(page)).toEqual([]);
}
