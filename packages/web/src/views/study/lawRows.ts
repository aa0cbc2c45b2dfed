import type { ApproachFit } from "@isoflop/laws/procedures";

/** An exponent of N_opt ∝ C^a as one approach has it now. */
export interface LawRow {
  readonly approach: ApproachFit["approach"];
  readonly a: number;
  /** 95 %; absent where no resample could be fitted, or so few that they do not even hold the value: of a handful of runs. */
  readonly interval: readonly [number, number] | undefined;
  readonly warnings: number;
}

/** The approaches whose law implies how the optimum grows. */
export function lawRows(fits: readonly ApproachFit[]): LawRow[] {
  return fits.flatMap((fit) => {
    const { approach, exponents, intervals95, warnings } = fit;
    if (exponents === undefined) return [];
    const { a } = exponents;
    const interval = intervals95.a;
    const held = interval !== undefined && interval[0] <= a && a <= interval[1];
    return [{ approach, a, interval: held ? interval : undefined, warnings: warnings.length }];
  });
}

/** The efficient frontier of Approach 1, FLOPs ascending; empty where it could not be fitted. */
export function frontierOf(fits: readonly ApproachFit[]): readonly { readonly flops: number; readonly loss: number }[] {
  for (const fit of fits) if (fit.law === "envelope-power-law" && "envelope" in fit) return fit.envelope;
  return [];
}
