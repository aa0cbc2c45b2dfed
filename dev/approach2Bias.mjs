// What Approach 2 gets wrong without any noise: prints the tables of docs/approach-2-bias.md and draws its figures.
// npm run build && node dev/approach2Bias.mjs
import { mkdirSync, writeFileSync } from "node:fs";
import { figureSvg, isoflopBias } from "../packages/figures/dist/index.js";
import { isIsoflopError, parabolaShift, procedureBias } from "../packages/laws/dist/index.js";

const amplitudes = { E: 1.69, A: 406.4, B: 410.7 };
const laws = [
  { name: "α 0.31, β 0.31", truth: { ...amplitudes, alpha: 0.31, beta: 0.31 } },
  { name: "α 0.34, β 0.28", truth: { ...amplitudes, alpha: 0.34, beta: 0.28 } },
  { name: "α 0.465, β 0.155", truth: { ...amplitudes, alpha: 0.465, beta: 0.155 } },
];
const budgets = [1e18, 1e19, 1e20, 1e21];
const sizes = 9;
const width = 32;

/** Undefined where the grids do not hold the minima of all budgets. */
function bias(truth, procedure, design) {
  const found = procedureBias({ truth, budgets, sizes, width, ...design }, procedure);
  if (isIsoflopError(found) && found.code !== "too-few-minima") throw found;
  return !isIsoflopError(found) && found.logParameters.length === budgets.length ? found : undefined;
}

const percent = (log) => 100 * Math.expm1(log);
const range = (low, high, count) => Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
const curves = (values, design, of) =>
  laws.map(({ name, truth }) => {
    const points = (procedure) =>
      values.flatMap((x) => {
        const found = bias(truth, procedure, design(x));
        return found === undefined ? [] : [{ x, y: of(found) }];
      });
    return { law: name, parabola: points("parabola"), akima: points("akima") };
  });

const widths = range(Math.log(2), Math.log(128), 49).map(Math.exp);
const offsets = range(-Math.log(4.5), Math.log(4.5), 61).map(Math.exp);
const drifts = range(-0.25, 0.25, 41);
const atOptimum = (found) => percent(found.logParameters[0]);
const data = {
  sizes,
  width,
  byWidth: curves(widths, (x) => ({ width: x }), atOptimum),
  byOffset: curves(offsets, (x) => ({ offset: x }), atOptimum),
  exponentByDrift: curves(
    drifts,
    (x) => ({ drift: x }),
    (found) => found.exponent,
  ),
  forecastByDrift: curves(
    drifts,
    (x) => ({ drift: x }),
    (found) => percent(found.extrapolated),
  ),
};
const folder = new URL("../docs/figures/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, size] of [
  ["wide", 960],
  ["narrow", 400],
]) {
  writeFileSync(
    new URL(`approach-2-bias-${name}.svg`, folder),
    `${figureSvg(isoflopBias, data, { widths: [size] })}\n`,
  );
}

const signed = (value, digits) => {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value < 0 ? "−" : "+"}${text}`;
};
const shown = (value, digits, unit = "") => (value === undefined ? "no minimum" : signed(value, digits) + unit);
const table = (header, rows) =>
  console.log([header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n"));

console.log(`\nCentred grids of ${sizes} sizes: error of N_opt at every budget (the exponent's is below 1e-9)\n`);
table(
  ["span", ...laws.flatMap(({ name }) => [name, "leading order", "Akima"])],
  [2, 4, 8, 16, 32, 64, 100].map((span) => [
    span,
    ...laws.flatMap(({ truth }) => {
      const [parabola, akima] = ["parabola", "akima"].map((p) => bias(truth, p, { width: span }));
      return [
        shown(parabola && atOptimum(parabola), 2, " %"),
        shown(percent(parabolaShift(truth, { width: span, sizes })), 2, " %"),
        shown(akima && atOptimum(akima), 2, " %"),
      ];
    }),
  ]),
);
console.log(`\nGrids off by the same factor at every budget, span ${width}: error of N_opt\n`);
table(
  ["middle over N_opt", ...laws.flatMap(({ name }) => [name, "Akima"])],
  [1 / 4, 1 / 3, 1 / 2, 1, 2, 3, 4].map((offset) => [
    Number(offset.toPrecision(3)),
    ...laws.flatMap(({ truth }) =>
      ["parabola", "akima"].map((p) => {
        const found = bias(truth, p, { offset });
        return shown(found && atOptimum(found), 2, " %");
      }),
    ),
  ]),
);
console.log(
  `\nGrids that drift off the optimum as C^drift, span ${width}: error of a, and of N_opt at 100 times the largest budget\n`,
);
table(
  ["drift", ...laws.flatMap(({ name }) => [`${name}: a`, "N_opt at 100 C", "Akima: a", "N_opt at 100 C"])],
  [-0.2, -0.1, 0.1, 0.2].map((drift) => [
    signed(drift, 1),
    ...laws.flatMap(({ truth }) =>
      ["parabola", "akima"].flatMap((p) => {
        const found = bias(truth, p, { drift });
        return [shown(found?.exponent, 4), shown(found && percent(found.extrapolated), 1, " %")];
      }),
    ),
  ]),
);
const worst = Math.max(
  ...laws.flatMap(({ truth }) =>
    [{ width: 100 }, { offset: 3 }, { drift: 0.2 }].map((design) => {
      const found = bias(truth, "parametric", design);
      return Math.max(Math.abs(found.exponent), Math.abs(found.extrapolated), ...found.logParameters.map(Math.abs));
    }),
  ),
);
console.log(
  `\nApproach 3 on nine of these designs: largest error of a, ln N_opt or its forecast ${worst.toExponential(1)}`,
);
