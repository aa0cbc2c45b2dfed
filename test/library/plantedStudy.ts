import type * as Library from "@isoflop/laws";

/**
 * A planted study through the whole library, as JSON: what must be the same wherever it runs. The text of this function
 * is run in other places than this file, so it uses nothing but its argument.
 */
export function plantedStudy(library: typeof Library): string {
  const truth = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };
  const runs = library.syntheticStudy({
    truth,
    budgets: [1e18, 3e18, 1e19, 3e19],
    sizes: 7,
    width: 12,
    noise: 0.003,
    random: library.createRandom(11),
    curvePoints: 60,
  });
  const options = { resamples: 40 };
  const fits = [
    library.fitEnvelope(runs, options),
    library.fitIsoflop(runs, options),
    library.fitParametric(runs, options),
    library.fitKaplan(runs, options),
  ];
  const parametric = library.orThrow(library.fitParametric(runs, options));
  return JSON.stringify({
    fits,
    forecast: library.forecast(parametric, 1e21),
    plan: library.plan(parametric, 1e21),
    published: library.plan("besiroglu-2024", 5.76e23, { uniqueTokens: 3e11, inferenceTokens: 2e12 }),
    backtest: library.backtest(runs, (smaller) => library.fitIsoflop(smaller, options)),
    error: library.fitParametric([...runs, { ...runs[0]!, loss: Number.NaN }]),
  });
}
