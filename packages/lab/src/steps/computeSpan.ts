import { formatFlops, IsoflopError, type RunRecord } from "@isoflop/laws";

/** Runs within this factor of compute are one budget. */
export const ONE_BUDGET = 1.2;

/**
 * Runs of one budget say what is best at that budget, and nothing of another: a law fitted to them has exponents all the
 * same, from the shape of one profile, and its forecast elsewhere would be made of nothing.
 */
export function requireComputeSpan(records: readonly RunRecord[], budget: number): void {
  const flops = records.map((record) => record.flops);
  const [low, high] = [Math.min(...flops), Math.max(...flops)];
  if (high / low > ONE_BUDGET || (budget <= high * ONE_BUDGET && budget >= low / ONE_BUDGET)) return;
  throw new IsoflopError({
    code: "forecast-one-budget",
    message: `All ${records.length} runs took about the same compute (${formatFlops(low)} to ${formatFlops(high)} FLOPs): they say nothing of ${formatFlops(budget)}.`,
    hint: "Train at several budgets, a factor of ten or more from the smallest to the largest.",
  });
}
