// npm run bench -- page: what a reader of `isoflop serve` waits for: the first paint from a cold server, with all scripts that it takes, and the
// point fits of a few hundred runs, as the laws view's worker makes them.
import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { createRandom, isIsoflopError, syntheticStudy, toObservations } from "@isoflop/laws";
import { approachesFor, DEFAULT_FITS, fitObservations } from "@isoflop/laws/procedures";

const ROUNDS = 11;
const shared = process.env.ISOFLOP_SHARED ?? new URL("../../shared/", import.meta.url).pathname;

/** Epoch AI's reading of Chinchilla's Figure 4; undefined where the published runs are not at hand. */
function reconstruction() {
  const path = `${shared}/data/epoch-chinchilla/chinchilla_points_clean.csv`;
  if (!existsSync(path)) {
    console.log(`Chinchilla reconstruction: not timed, ${path} is not there (ISOFLOP_SHARED names the folder).`);
    return undefined;
  }
  const [head, ...lines] = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  const rows = lines.map((cells) => Object.fromEntries(head.map((name, i) => [name, cells[i]])));
  const set = toObservations(rows.filter(({ dropped }) => Number(dropped) === 0));
  if (isIsoflopError(set)) throw set;
  return set.records;
}

const planted = syntheticStudy({
  truth: { E: 1.8, A: 480, B: 2100, alpha: 0.35, beta: 0.37 },
  budgets: Array.from({ length: 30 }, (_, i) => 1e18 * 1.3 ** i),
  sizes: 10,
  width: 16,
  noise: 0.003,
  random: createRandom(1),
});

/** Times a set of approaches: the first call as a fresh page has it, and the median of those after it. */
function time(records, approaches) {
  const took = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    fitObservations(records, { parameters: "given", flops: "given" }, { ...DEFAULT_FITS, approaches, resamples: 0 });
    return performance.now() - started;
  });
  const later = took.slice(1).sort((a, b) => a - b);
  return `first ${took[0].toFixed(0)} ms, then ${later[Math.floor(later.length / 2)].toFixed(0)} ms`;
}

for (const [name, records] of [
  ["Chinchilla reconstruction", reconstruction()],
  ["planted", planted],
]) {
  if (records === undefined) continue;
  console.log(`${name}, ${records.length} runs`);
  console.log(`  first answer (approaches 2 and 3): ${time(records, ["2", "3"])}`);
  console.log(`  all point fits: ${time(records, approachesFor(records))}`);
}

await firstPaint();

/** Starts the server and opens its first page in a browser that has seen nothing of it, anew each time. */
async function firstPaint() {
  const executablePath = process.env.ISOFLOP_CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    console.log(`First paint: not timed, there is no ${executablePath} (ISOFLOP_CHROMIUM names one).`);
    return;
  }
  const [{ chromium }, { listen }] = await Promise.all([
    import("playwright-core"),
    import("../packages/lab/dist/server/listen.js"),
  ]);
  const paints = [];
  let scripts = 0;
  for (let round = 0; round < 5; round++) {
    const started = performance.now();
    const server = await listen({ studies: [], host: "127.0.0.1", port: 0 });
    const listening = performance.now() - started;
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    try {
      const page = await browser.newPage();
      const sizes = [];
      page.on("response", (response) => {
        if (/\.js$/.test(new URL(response.url()).pathname)) {
          sizes.push(response.body().then((body) => gzipSync(body, { level: 9 }).length));
        }
      });
      await page.goto(server.url, { waitUntil: "networkidle" });
      scripts = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
      const paint = await page.evaluate(
        () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
      );
      paints.push(listening + paint);
    } finally {
      await browser.close();
      await server.close();
    }
  }
  const shown = paints.map((ms) => ms.toFixed(0)).join(", ");
  console.log(
    `First paint after the server began to start: ${shown} ms; scripts of the first page ${(scripts / 1000).toFixed(0)} kB gzipped`,
  );
}
