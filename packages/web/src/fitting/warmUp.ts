import { createRandom, syntheticStudy } from "@isoflop/laws";
import { DEFAULT_FITS, fitObservations } from "@isoflop/laws/procedures";

/** Fits a small made-up study and forgets it: code that has run before is compiled, and the reader's first fit comes sooner. */
export function warmUp(): void {
  const records = syntheticStudy({
    truth: { E: 1.8, A: 480, B: 2100, alpha: 0.35, beta: 0.37 },
    budgets: [1e18, 3e18, 1e19, 3e19],
    sizes: 7,
    width: 16,
    noise: 0.003,
    random: createRandom(1),
  });
  const choices = { ...DEFAULT_FITS, approaches: ["2", "3"], resamples: 0 } as const;
  fitObservations(records, { parameters: "total", flops: "6N" }, choices);
}
