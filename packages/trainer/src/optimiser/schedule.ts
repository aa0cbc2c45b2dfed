export interface Schedule {
  readonly kind: "cosine" | "constant";
  readonly warmupSteps: number;
  /** Final learning rate as a fraction of the peak. */
  readonly floor: number;
}

/**
 * Factor on the peak learning rate at step 1 … steps: linear warm-up, then half a cosine that ends with the run
 * (Hoffmann et al. 2022, section 3.1 and appendix B: a cosine longer than the run costs loss).
 */
export function scheduleFactor({ kind, warmupSteps, floor }: Schedule, step: number, steps: number): number {
  if (step <= warmupSteps) return step / (warmupSteps + 1);
  if (kind === "constant") return 1;
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
}
