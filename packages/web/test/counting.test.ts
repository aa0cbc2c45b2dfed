import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { approachesFor, DEFAULT_FITS } from "@isoflop/laws/procedures";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plantedStudy } from "../../lab/src/fixtures/plantedStudy.js";
import { command } from "../../lab/src/fixtures/testIo.js";
import { readMetrics } from "../../lab/src/runs/metrics.js";
import type { Listening } from "../../lab/src/server/listen.js";
import { observationsPage } from "../../lab/src/server/observationsPage.js";
import { openServed } from "../../lab/src/server/served.js";
import { pointStages } from "../src/fitting/stages.js";
import type { Observed } from "../src/state/observations.js";
import { type AskedCounting, countingOf, recounted } from "../src/views/laws/counting.js";
import { drawn, haveChromium, launch, noteFaults, serveBuilt, violations } from "./browser.js";

let folder: string;
let study: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-counting-"));
  study = join(folder, "planted");
  await plantedStudy(study);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const observed = async (path: string): Promise<Observed> => {
  const [served] = await openServed([path]);
  if (served === undefined) throw new Error("nothing is served");
  return { ...(await observationsPage(served, readMetrics)), source: { kind: "served", key: served.key } };
};

interface Told {
  readonly fits: readonly {
    readonly law: string;
    readonly parameters: Readonly<Record<string, number>>;
    readonly exponents?: { readonly a: number };
    readonly warnings: readonly { readonly code: string; readonly message: string }[];
    readonly diagnostics: Readonly<Record<string, unknown>>;
  }[];
}

const byCli = async (path: string): Promise<Told> => {
  const { code, stdout } = await command("fit", path, "--bootstrap", "0", "--json");
  expect(code).toBe(0);
  return JSON.parse(stdout);
};

/** The point fits that the page's worker makes of what the server tells, counted as asked. */
const byPage = ({ records, convention, choices = {}, parts = [] }: Observed): Told => {
  const question = { ...DEFAULT_FITS, approaches: approachesFor(records), resamples: 0 };
  const answers = [
    ...pointStages(
      { records, convention, choices, parts, batchTokens: {} },
      { id: 1, choices: question, leftOut: [], subject: "3", budget: 1e12, diagnostics: false },
      () => 0,
    ),
  ];
  return { fits: answers.flatMap(({ fits }) => fits) };
};

const same = (page: Told, cli: Told, least = 3): void => {
  expect(cli.fits.length).toBeGreaterThanOrEqual(least);
  for (const fit of cli.fits) {
    const own = page.fits.find(({ law }) => law === fit.law);
    for (const [name, value] of Object.entries(fit.parameters))
      expect(Math.abs((own?.parameters[name] ?? Number.NaN) - value), `${fit.law} ${name}`).toBeLessThanOrEqual(
        1e-9 * Math.abs(value),
      );
    expect(own?.warnings, fit.law).toEqual(fit.warnings);
    expect(own?.diagnostics.conventionParameters).toBe(fit.diagnostics.conventionParameters);
    expect(own?.diagnostics.conventionFlops).toBe(fit.diagnostics.conventionFlops);
  }
};

/** What isoflop fit says with another counting in study.yaml. */
const byCliCounted = async ({ parameters, flops }: AskedCounting): Promise<Told> => {
  const file = join(study, "study.yaml");
  const text = await readFile(file, "utf8");
  try {
    await writeFile(file, `${text}counting: { parameters: ${parameters}, flops: ${flops} }\n`);
    return await byCli(study);
  } finally {
    await writeFile(file, text);
  }
};

describe("a study counted otherwise in the page", () => {
  it.each([
    { parameters: "total", flops: "6N" },
    { parameters: "non-embedding", flops: "6N" },
    { parameters: "total", flops: "hoffmann" },
    { parameters: "non-embedding", flops: "kaplan" },
    { parameters: "non-embedding", flops: "hoffmann" },
  ] as const)("is fitted as isoflop fit does with N $parameters and C $flops in study.yaml", async (counting) => {
    same(byPage(recounted(await observed(study), counting)), await byCliCounted(counting));
  });

  it("is fitted as a table of its runs with N without embeddings, where C is 6ND of that N", async () => {
    const now = recounted(await observed(study), { parameters: "non-embedding", flops: "6N-non-embedding" });
    const rows = now.records.map(({ id, parameters, tokens, loss, budget }) =>
      [id, parameters, tokens, loss, budget].join(","),
    );
    const table = join(folder, "runs.csv");
    await writeFile(table, `run,non_embedding_params,tokens,loss,budget\n${rows.join("\n")}\n`);
    const page = byPage(now);
    same(page, await byCli(table));
    const [own] = byPage(await observed(study)).fits;
    expect(page.fits[0]?.exponents?.a).not.toBeCloseTo(own?.exponents?.a ?? 0, 3);
  });
});

it("imported runs whose shape was logged are fitted, counted otherwise, as an import with that --counting", async () => {
  const shape = { vocab_size: 500, block_size: 64, activation: "gelu", bias: false, tied_embeddings: true };
  for (const width of [32, 48, 64, 96, 128])
    for (const tokens of [1e6, 4e6, 1.6e7]) {
      const run = join(folder, "logged", `w${width}-d${tokens}`);
      await mkdir(run, { recursive: true });
      const config = { ...shape, positions: "rope", n_layer: width / 16, n_embd: width, n_head: 4 };
      await writeFile(join(run, "config.json"), JSON.stringify(config));
      const lines = [0.5, 0.8, 1].map((part, step) =>
        JSON.stringify({
          ...{ step: step + 1, tokens: part * tokens },
          "val/loss": 1.7 + 20 / (width ** 3) ** 0.3 + 60 / (part * tokens) ** 0.3,
        }),
      );
      await writeFile(join(run, "metrics.jsonl"), `${lines.join("\n")}\n`);
    }
  const importedBy = async (counting: string): Promise<string> => {
    const to = join(folder, `imported-${counting}`);
    const { code } = await command("import", join(folder, "logged"), "--to", to, "--counting", counting);
    expect(code).toBe(0);
    return to;
  };
  const page = await observed(await importedBy("6N"));
  expect(countingOf(page, { parameters: "non-embedding", flops: "" }).choices).toMatchObject({
    parameters: ["total", "non-embedding"],
    flops: ["6N", "6N-non-embedding", "kaplan", "hoffmann"],
  });
  for (const [counting, asked] of [
    ["6N-non-embedding", { parameters: "non-embedding", flops: "6N-non-embedding" }],
    ["kaplan", { parameters: "non-embedding", flops: "kaplan" }],
    ["hoffmann", { parameters: "total", flops: "hoffmann" }],
  ] as const)
    same(byPage(recounted(page, asked)), await byCli(await importedBy(counting)), 2);
});

describe.skipIf(!haveChromium)("the controls of counting", () => {
  let browser: Browser;
  let server: Listening;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    const { records } = await observed(study);
    const rows = records.map(({ id, counts = {}, tokens, loss, budget }) =>
      [id, counts.total, (counts.total ?? 0) - (counts.nonEmbedding ?? 0), tokens, loss, budget].join(","),
    );
    await writeFile(
      join(folder, "both.csv"),
      `run,total_params,embedding_params,tokens,loss,budget\n${rows.join("\n")}\n`,
    );
    const plain = records.map(({ id, parameters, tokens, loss }) => [id, parameters, tokens, loss].join(","));
    await writeFile(join(folder, "one.csv"), `run,params,tokens,loss\n${plain.join("\n")}\n`);
    const studies = await openServed([study, join(folder, "both.csv"), join(folder, "one.csv")]);
    server = await serveBuilt(studies);
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  const open = async (query: string, served = 0, options = {}) => {
    const context = await browser.newContext({ locale: "en-US", ...options });
    page = await context.newPage();
    noteFaults(page, faults);
    const listed: readonly { readonly key: string }[] = await (
      await page.request.get(`${server.url}api/studies`)
    ).json();
    await page.goto(`${server.url}#/laws?resamples=100&study=${listed[served]?.key}${query}`);
    await done();
  };
  const done = async () => {
    await page.locator('.laws [data-done="true"]').waitFor();
    await drawn(page);
  };
  const close = async () => {
    await page.context().close();
    expect(faults.splice(0)).toEqual([]);
  };
  const shownAs = async ({ fits }: Told) => {
    for (const law of ["isoflop-power-law", "chinchilla", "kaplan-model-data"]) {
      const { parameters = {} } = fits.find((fit) => fit.law === law) ?? {};
      expect(Object.keys(parameters).length, law).toBeGreaterThan(3);
      for (const [name, value] of Object.entries(parameters)) {
        const shown = page.locator(`[data-law="${law}"] data[data-name="${name}"]`).first();
        // The last digits of exp and log are the browser's own.
        expect(Number(await shown.getAttribute("value")) / value, `${law} ${name}`).toBeCloseTo(1, 6);
      }
    }
  };

  it("switch N and C by the keyboard, keep them in the address, and are told of everywhere", async () => {
    await open("");
    await page.getByLabel("N counts").focus();
    await page.keyboard.press("ArrowDown");
    await page.waitForURL(/parameters=non-embedding/);
    await page.getByLabel("C counted as").selectOption("hoffmann");
    await page.waitForURL(/flops=hoffmann/);
    await page.locator('.laws-counting[data-parameters="non-embedding"][data-flops="hoffmann"]').waitFor();
    await done();
    await shownAs(await byCliCounted({ parameters: "non-embedding", flops: "hoffmann" }));
    expect(await page.locator(".laws-summary thead").textContent()).toContain("N without embeddings; C as Hoffmann");
    expect(await page.locator(".laws-counting").textContent()).toContain("Budgets keep the compute");
    const figure = page.locator("#optimumScaling");
    await figure.scrollIntoViewIfNeeded();
    await figure.locator("svg").first().waitFor();
    const drawn = (await figure.locator("svg").first().textContent()) ?? "";
    expect(drawn).toContain("Optimal N, no embeddings");
    expect(drawn).toContain("Hoffmann’s count");
    // The same again from its address.
    await page.reload();
    await done();
    await shownAs(await byCliCounted({ parameters: "non-embedding", flops: "hoffmann" }));
    // And to the planner, which must not mix.
    await page.evaluate(() => {
      location.hash = "#/planner?laws=fit:chinchilla besiroglu-2024&way=flops&flops=1e11";
    });
    const table = page.locator(".planner-table").first();
    await table.getByText("with them about").waitFor();
    expect(await table.textContent()).toMatch(/\(N without embeddings, C as Hoffmann\)/);
    expect(await page.locator("[data-counted]").textContent()).toContain("known models are told with them");
    expect(await page.locator(".planner-text").first().textContent()).toContain("counts parameters without embeddings");
    await close();
  });

  it("are offered of a table that has the embeddings' column, and of one without it there is said why not", async () => {
    await open("&parameters=non-embedding&flops=6N-non-embedding", 1);
    const { fits } = byPage(
      recounted(await observed(study), { parameters: "non-embedding", flops: "6N-non-embedding" }),
    );
    await shownAs({ fits });
    expect(await page.getByLabel("N counts").inputValue()).toBe("non-embedding");
    await close();
    await open("&parameters=non-embedding", 2);
    expect(await page.getByLabel("N counts").count()).toBe(0);
    expect(await page.locator(".laws-counting").textContent()).toMatch(
      /known by this count of N alone.*C has no other count/,
    );
    await close();
  });

  it("have no fault that axe-core knows, in Japanese, dark, on a telephone", async () => {
    await open("&parameters=non-embedding&flops=kaplan", 0, {
      locale: "ja-JP",
      colorScheme: "dark",
      viewport: { width: 390, height: 844 },
    });
    await page.getByLabel("N の数え方").waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await close();
  });
});
