// Pictures of every view of the dashboard in every width, theme and language, to be looked at by eye.
//   npm run build && npm run build:site && node dev/screenshots.mjs <folder> [part of a scene's name…]
// Writes <folder>/<scene>-<language>-<theme>-<width>.png. Studies are made beside them, by the trainer of the tests that trains nothing; a Chromium
// at /usr/bin/chromium, or ISOFLOP_CHROMIUM. All scenes take some ten minutes on two cores.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createRandom, syntheticStudy } from "@isoflop/laws";
import { chromium } from "playwright-core";

const [folder, ...wanted] = process.argv.slice(2);
if (folder === undefined) throw new Error("node dev/screenshots.mjs <folder> [part of a scene's name…]");
const local = (path) => fileURLToPath(new URL(path, import.meta.url));
const isoflop = local("../packages/lab/dist/cli/main.js");
const made = resolve(folder, "studies");
const env = { ...process.env, ISOFLOP_CACHE: join(made, "cache") };
const trainer = [process.execPath, local("../packages/lab/src/executors/fixtures/fakeTrainer.mjs"), "{run}"];

const lab = (args, more = {}) => spawnSync(process.execPath, [isoflop, ...args], { env: { ...env, ...more } });
const namesOf = (study) =>
  readdirSync(join(study, "runs")).map((id) => [
    id,
    JSON.parse(readFileSync(join(study, "runs", id, "run.json"))).name,
  ]);

/** A study whose losses follow a planted law. */
function study(name, design) {
  const path = join(made, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(
    join(path, "study.yaml"),
    `name: ${name}\ndata: { corpus: ../text.txt, repeat: true }\ntrainer: { command: ${JSON.stringify(trainer)} }\n${design}\nexecutor: { kind: local, workers: 2 }\n`,
  );
  return path;
}

const ISOFLOP = "design: { kind: isoflop, budgets: [1e9, 2e9, 4e9, 8e9], sizes: 7, span: 8 }";

/** Runs of a planted law as a table. */
function table(name, budgets, sizes, { budget = true } = {}) {
  const records = syntheticStudy({
    truth: { E: 1.8, A: 480, B: 2100, alpha: 0.35, beta: 0.37 },
    budgets: Array.from({ length: budgets }, (_, i) => 1e18 * 10 ** ((3 * i) / Math.max(1, budgets - 1))),
    sizes,
    width: 16,
    noise: 0.003,
    random: createRandom(1),
  });
  const rows = records.map((r) =>
    [r.id, r.parameters, r.tokens, r.flops, r.loss, ...(budget ? [r.budget] : [])].join(","),
  );
  const path = join(made, name);
  writeFileSync(path, `${["id,N,D,C,loss", ...(budget ? ["budget"] : [])].join(",")}\n${rows.join("\n")}\n`);
  return path;
}

/** What the scenes show; made once, kept for the next time. */
function prepare() {
  mkdirSync(made, { recursive: true });
  writeFileSync(join(made, "text.txt"), "Fellow citizens of the Senate and of the House. ".repeat(20_000));
  const paths = {
    finished: study("finished", ISOFLOP),
    running: join(made, "running"),
    paused: join(made, "paused"),
    failed: join(made, "failed"),
    empty: study("empty", ISOFLOP),
    kaplan: study(
      "kaplan",
      readFileSync(local("../examples/designs/kaplan/study.yaml"), "utf8").replace(/^[\s\S]*?(?=^design:)/m, ""),
    ),
    laws5: table("five runs.csv", 1, 5),
    laws26: table("26 runs.csv", 2, 13),
    laws240: table("240 runs.csv", 24, 10),
    laws3000: table("3000 runs.csv", 150, 20),
  };
  if (!existsSync(paths.failed)) {
    lab(["run", paths.finished]);
    lab(["run", paths.kaplan], { FAKE_CRITICAL: "2000" });
    for (const name of ["running", "paused", "failed"]) {
      cpSync(paths.finished, paths[name], { recursive: true });
      const yaml = join(paths[name], "study.yaml");
      writeFileSync(yaml, readFileSync(yaml, "utf8").replace("name: finished", `name: ${name}`));
      const ids = namesOf(paths[name]).map(([id]) => id);
      const again = name === "failed" ? ids.slice(0, 3) : ids.filter((_, i) => i % 2 === 1);
      for (const id of again)
        for (const file of readdirSync(join(paths[name], "runs", id)))
          if (file !== "run.json") rmSync(join(paths[name], "runs", id, file), { recursive: true });
    }
    const [[, never], [, diverging]] = namesOf(paths.failed);
    lab(["run", paths.failed], { FAKE_NEVER: never, FAKE_DIVERGE: diverging });
    lab(["pause", paths.paused]);
  }
  return paths;
}

const laws = (query = "") => `laws?resamples=100${query}`;
const fitted = (page) => page.locator('.laws [data-done="true"]').waitFor({ timeout: 180_000 });
const drop = async (page, files) => {
  await page
    .locator("input[type=file]")
    .setInputFiles(files.map(([name, text]) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) })));
  await page.locator(".data-faults p, .data-state p:not(:empty), .data-refusal").first().waitFor();
};
const openRun = (page) => page.locator(".study .runs tbody th button").first().click();

/** What is opened, with which studies behind it (none: the static site), and what is done there before the picture. */
const SCENES = {
  "study-finished": { serve: ["finished"], hash: "study" },
  "study-running": { serve: ["running"], hash: "study" },
  "study-running-run": { serve: ["running"], hash: "study", act: openRun },
  "study-paused": { serve: ["paused"], hash: "study" },
  "study-failed": { serve: ["failed"], hash: "study?status=failed", act: openRun },
  "study-several": { serve: ["failed", "finished", "laws26"], hash: "study" },
  "study-imported": { serve: ["laws240"], hash: "study" },
  "study-empty": { serve: ["empty"], hash: "study" },
  "study-cancel": {
    serve: ["paused"],
    hash: "study",
    act: (page) => page.locator(".buttons .danger").first().click(),
  },
  "laws-5": { serve: ["laws5"], hash: laws(), act: fitted },
  "laws-26": { serve: ["laws26"], hash: laws(), act: fitted },
  "laws-240": { serve: ["laws240"], hash: laws(), act: fitted },
  // Its diagnostics take minutes: the picture is of the page meanwhile.
  "laws-3000": {
    serve: ["laws3000"],
    hash: "laws?resamples=0",
    act: (page) => page.locator(".laws-summary tbody tr").first().waitFor({ timeout: 120_000 }),
  },
  "laws-study": {
    serve: ["finished"],
    hash: laws("&compute=PF-days"),
    act: async (page) => {
      await fitted(page);
      await page.locator(".laws-runs tbody th button").nth(2).click();
      await page.locator(".laws-runs tbody input").nth(4).click();
      await page.locator(".laws-compare summary").click();
      await fitted(page);
    },
  },
  "laws-kaplan": { serve: ["kaplan"], hash: laws(), act: fitted },
  "laws-none": { serve: ["empty"], hash: "laws" },
  "planner-cluster": { serve: ["laws26"], hash: "planner?served=2T&unique=100B" },
  "planner-flops": { serve: ["laws26"], hash: "planner?flops=1e24&laws=besiroglu-2024+own+kaplan-2020+llama-3-2024" },
  "planner-pf-days": { serve: ["laws26"], hash: "planner?pfDays=3640&measure=loss&axes=compute" },
  "planner-wrong": {
    serve: ["laws26"],
    hash: "planner?flops=none&mfu=7&laws=nobody",
    act: (page) => page.getByRole("textbox").first().fill("many"),
  },
  "data-before": { serve: ["laws26"], hash: "data" },
  "data-after": {
    serve: ["laws26"],
    hash: "data",
    act: (page) =>
      drop(page, [
        [
          "a sweep of small models.csv",
          `run,N,D,val_loss,note\n${Array.from({ length: 20 }, (_, i) => `run-${i},${i + 1}M,2e8,${(4 - i / 20).toFixed(3)},`).join("\n")}\nbad,3M,2e8,nan,\nworse,x,2e8,3,\n`,
        ],
        ["ragged.csv", "N,D,loss\n1e6,2e7,3\n2e6,2e7\n"],
        ["table.xlsx", "PK\u0003\u0004"],
      ]),
  },
  "data-unknown": {
    serve: ["laws26"],
    hash: "data",
    act: (page) => drop(page, [["odd.csv", "weights,seen,quality\n1,2,30\n2,2,25\n"]]),
  },
  "data-made-up": { serve: ["laws26"], hash: "data", act: (page) => page.locator(".data-planted button").click() },
  "site-study": { hash: "study" },
  "site-laws": { hash: "laws" },
};
const WIDTHS = [390, 1280, 1920];
const THEMES = ["light", "dark"];
const LOCALES = { en: "en-US", ja: "ja-JP" };

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

/** Starts `isoflop serve`, or a plain host of the static site (npm run build:site); its address, and how to end it. */
async function serve(paths) {
  if (paths === undefined) {
    const host = createServer((request, response) => {
      const file = local(
        `../packages/web/dist/site${request.url === "/" ? "/index.html" : new URL(request.url, "http://host").pathname}`,
      );
      if (!existsSync(file)) return response.writeHead(404).end();
      return response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "text/plain" }).end(readFileSync(file));
    });
    await new Promise((resolved) => host.listen(0, "127.0.0.1", resolved));
    return { url: `http://127.0.0.1:${host.address().port}/`, end: () => host.close() };
  }
  const child = spawn(process.execPath, [isoflop, "serve", "--port", "0", "--json", ...paths], { env });
  const url = await new Promise((found) => {
    child.stdout.on("data", (chunk) => found(/https?:[^"\s]+/.exec(String(chunk))?.[0]));
  });
  return { url, end: () => child.kill() };
}

const paths = prepare();
const browser = await chromium.launch({
  executablePath: process.env.ISOFLOP_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
for (const [scene, { serve: shown, hash, act }] of Object.entries(SCENES)) {
  if (wanted.length > 0 && !wanted.some((part) => scene.includes(part))) continue;
  const working = scene.startsWith("study-running")
    ? spawn(process.execPath, [isoflop, "run", paths.running], { env: { ...env, FAKE_STEP_MS: "4000" } })
    : undefined;
  const server = await serve(shown?.map((name) => paths[name]));
  for (const [language, locale] of Object.entries(LOCALES)) {
    const page = await browser.newPage({ locale, viewport: { width: 1280, height: 900 } });
    page.on("pageerror", (error) => console.log(`${scene}: ${error.message}`));
    await page.goto(`${server.url}#/${hash}`);
    await page.locator('main[aria-busy="false"] h1').waitFor();
    await page.waitForTimeout(1500);
    await act?.(page);
    for (const width of WIDTHS) {
      for (const colorScheme of THEMES) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        // Figures are drawn when they come near the window.
        for (const card of await page.locator(".figure-card").all()) await card.scrollIntoViewIfNeeded();
        await page.evaluate(() => scrollTo(0, 0));
        await page.waitForTimeout(400);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (over > 0) console.log(`${scene} ${language} ${width}: ${over} px wider than the window`);
        await page.screenshot({
          path: join(folder, `${scene}-${language}-${colorScheme}-${width}.png`),
          fullPage: true,
        });
      }
    }
    await page.close();
  }
  server.end();
  working?.kill("SIGINT");
  console.log(scene);
}
await browser.close();
