// From a table of trained models to a plan for a budget a hundred times larger, with intervals.
// Run: npm run build && node examples/fit-and-plan.mjs
import { fitParametric, forecast, formatCount, isIsoflopError, plan, predictLoss } from "isoflop";

// One row a model: N (millions of parameters), D (billions of tokens), final test loss (nats per token).
// The rows are made up: L = 1.8 + 450/N^0.35 + 1500/D^0.35, with 0.2 % of noise. So we know what a fit should find.
const table = [
  [18.3, 9.107, 3.5833],
  [32.9, 5.066, 3.4544],
  [51.2, 3.255, 3.4012],
  [80.4, 2.073, 3.3823],
  [146, 1.142, 3.4362],
  [278, 0.5995, 3.5718],
  [36.6, 18.21, 3.1896],
  [65.8, 10.13, 3.1072],
  [102, 6.536, 3.0606],
  [161, 4.141, 3.0385],
  [292, 2.283, 3.0843],
  [556, 1.199, 3.1987],
  [73.1, 36.48, 2.8931],
  [132, 20.2, 2.8168],
  [205, 13.01, 2.7887],
  [322, 8.282, 2.7783],
  [585, 4.558, 2.8073],
  [1110, 2.402, 2.8995],
  [146, 73.06, 2.6691],
  [263, 40.56, 2.5908],
  [409, 26.08, 2.5709],
  [643, 16.59, 2.5742],
  [1170, 9.117, 2.5979],
  [2220, 4.805, 2.6447],
];

// The library counts parameters, tokens and FLOPs in ones. Training costs about 6ND FLOPs.
const runs = table.map(([millions, billions, loss]) => {
  const parameters = millions * 1e6;
  const tokens = billions * 1e9;
  return { parameters, tokens, flops: 6 * parameters * tokens, loss };
});

// Approach 3 of Hoffmann et al. 2022. What is wrong with the data would be a value here, with its row, not an exception.
const fit = fitParametric(runs);
if (isIsoflopError(fit)) {
  console.error(fit.message, fit.rows);
  process.exit(2);
}

console.log("L(N, D) = E + A/N^alpha + B/D^beta, 95 % intervals from 1,000 resamples:");
for (const [name, value] of Object.entries(fit.parameters)) {
  const [low, high] = fit.intervals95[name];
  console.log(`  ${name.padEnd(5)} ${value.toPrecision(4)} [${low.toPrecision(4)}, ${high.toPrecision(4)}]`);
}
for (const warning of fit.warnings) console.log(`  warning ${warning.code}: ${warning.message}`);

// What to train with 100 times the largest budget? The fit itself serves as the law.
const budget = 6.4e21;
const made = plan(fit, budget);
if (isIsoflopError(made)) throw made;
const { parameters, tokens, loss, intervals95 } = made.optimum;
const between = ([low, high], show) => `[${show(low)}, ${show(high)}]`;
const nats = (value) => value.toFixed(3);
console.log(`\nFor ${budget} FLOPs train`);
console.log(`  N    ${formatCount(parameters)} ${between(intervals95.parameters, formatCount)} parameters`);
console.log(`  D    ${formatCount(tokens)} ${between(intervals95.tokens, formatCount)} tokens`);
console.log(`  loss ${nats(loss)} ${between(intervals95.loss, nats)} nats per token`);
for (const note of made.notes) console.log(`  note: ${note}`);

// The interval above is of the law's mean. One run of yours has its own noise too: that is the prediction interval.
const expected = forecast(fit, budget);
if (isIsoflopError(expected)) throw expected;
console.log(`  one run at the optimum: between ${expected.predictionInterval95.map(nats).join(" and ")}`);

// And what would half the size, which is cheaper to serve, cost in loss?
const half = predictLoss(fit, parameters / 2, tokens * 2);
if (isIsoflopError(half)) throw half;
console.log(`  half the size on twice the data: ${nats(half.loss)}, ${(half.loss - loss).toFixed(4)} more`);
