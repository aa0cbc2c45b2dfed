// What is a 95 % interval worth? Plant a law, simulate the study that you mean to train many times over, and count how
// often the intervals hold the truth. Do this before paying for the runs: it shows what the design can tell.
// Run: npm run build && node examples/plant-and-cover.mjs
import { chinchilla, createRandom, fitParametric, measureCoverage, orThrow, plan, syntheticStudy } from "isoflop";

const truth = { E: 1.7, A: 400, B: 1100, alpha: 0.34, beta: 0.33 };
const a = truth.beta / (truth.alpha + truth.beta); // N_opt ∝ C^a

// One simulated study: five budgets, `sizes` models each, 0.3 % of noise in the loss.
const simulate = (sizes, random) =>
  syntheticStudy({ truth, budgets: [1e18, 3e18, 1e19, 3e19, 1e20], sizes, width: 12, noise: 0.003, random });

const studies = 40;
for (const sizes of [5, 9]) {
  const { coverage } = measureCoverage(
    {
      truth: { alpha: truth.alpha, beta: truth.beta, a },
      // Data come from the stream of this study, resamples from another.
      intervals: (random) =>
        orThrow(fitParametric(simulate(sizes, random), { resamples: 200, random: createRandom(1) })).intervals95,
    },
    { studies, seed: 100 },
  );
  console.log(`${sizes} sizes at each budget, ${studies} simulated studies:`);
  for (const { quantity, inside, share95, medianWidth } of coverage) {
    const [low, high] = share95.map((share) => Math.round(100 * share));
    console.log(
      `  ${quantity.padEnd(5)} held in ${inside} of ${studies} (${low} to ${high} %), ` +
        `high/low ${Math.exp(medianWidth).toFixed(3)}`,
    );
  }
}

// And what if there are only so many tokens? The plan then repeats them (Muennighoff et al. 2023).
const fit = orThrow(fitParametric(simulate(9, createRandom(1))));
const budget = 1e22;
const uniqueTokens = 50e9;
const made = orThrow(plan(fit, budget, { uniqueTokens }));
const repeated = made.alternatives.find((one) => one.kind === "data-constrained");
const ideal = chinchilla.optimum(truth, budget);
console.log(`with ${uniqueTokens / 1e9}B unique tokens and ${budget} FLOPs:`);
console.log(`  ${repeated.epochs.toFixed(1)} epochs, ${(repeated.parameters / 1e9).toFixed(1)}B parameters`);
console.log(`  loss ${repeated.loss.toFixed(3)}, ${repeated.lossPenalty.toFixed(3)} above that with data enough`);
console.log(`  (the planted law with data enough: ${ideal.loss.toFixed(3)})`);
