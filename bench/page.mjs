// npm run bench -- page: what the laws view of `isoflop serve` waits for: point fits of a few hundred runs, as its worker makes them.
import { existsSync, readFileSync } from "node:fs";
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
