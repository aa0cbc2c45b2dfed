// Several procedures fit the same runs and forecast differently. Which to believe? The one that forecasts best what it
// was not shown: hide the largest budget from each, and compare. Then forecast a new budget by the best.
// Run: npm run build && node examples/choose-by-backtest.mjs
import {
  backtest,
  chinchilla,
  createRandom,
  fitIsoflop,
  fitKaplan,
  fitParametric,
  forecast,
  formatCount,
  isIsoflopError,
  orThrow,
  syntheticStudy,
} from "isoflop";

// A study as one would train it: seven sizes at each of five budgets. The truth is planted, so that we can check.
const truth = { E: 1.7, A: 400, B: 1100, alpha: 0.34, beta: 0.33 };
const runs = syntheticStudy({
  truth,
  budgets: [1e18, 3e18, 1e19, 3e19, 1e20],
  sizes: 7,
  width: 8,
  noise: 0.002,
  random: createRandom(3),
});

// A procedure is any function from runs to a fit; it may return an error. Every one gets its own random stream.
const options = () => ({ resamples: 300, random: createRandom(0) });
const procedures = {
  "isoFLOP profiles": (records) => fitIsoflop(records, options()),
  "parametric loss": (records) => fitParametric(records, options()),
  "Kaplan's L(N, D)": (records) => {
    const fits = fitKaplan(records, options());
    return isIsoflopError(fits) ? fits : fits[1];
  },
};

console.log("hidden: the runs of 1e20 FLOPs");
const tested = Object.entries(procedures).flatMap(([name, fitter]) => {
  const result = backtest(runs, fitter);
  if (isIsoflopError(result)) {
    console.log(`  ${name}: could not be tested: ${result.message}`);
    return [];
  }
  const { lossError, parametersRatio, insidePredictionInterval } = result;
  console.log(
    `  ${name}: loss off by ${lossError.toFixed(4)} nats, N_opt by a factor of ${parametersRatio.toFixed(2)}, ` +
      `interval ${insidePredictionInterval ? "held" : "missed"}`,
  );
  return [{ name, fitter, error: Math.abs(lossError) }];
});

// Never by how well it fits: a law with more freedom always fits better.
const best = tested.reduce((least, one) => (one.error < least.error ? one : least));
console.log(`chosen: ${best.name}`);

// Now with all runs, for ten times the largest budget. orThrow turns an error value into an exception.
const budget = 1e21;
const expected = orThrow(forecast(best.fitter(runs), budget));
const [low, high] = expected.predictionInterval95;
console.log(
  `forecast for ${budget} FLOPs: loss ${expected.optimum.loss.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`,
);
console.log(`  N ${formatCount(expected.optimum.parameters)}, D ${formatCount(expected.optimum.tokens)}`);

const actual = chinchilla.optimum(truth, budget);
console.log(`planted truth: loss ${actual.loss.toFixed(4)}, N ${formatCount(actual.parameters)}`);
