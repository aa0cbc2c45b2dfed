import type { ApproachFit } from "@isoflop/laws/procedures";

/** An exponent of N_opt ∝ C^a as one approach has it now. */
export interface LawRow {
  readonly approach: ApproachFit["approach"];
  readonly a: number;
  /** 95 %; absent where no resample could be fitted. */
  readonly interval: readonly [number, number] | undefined;
}

/** The approaches whose law implies how the optimum grows. */
export function lawRows(fits: readonly ApproachFit[]): LawRow[] {
  return fits.flatMap((fit) => {
    const { approach, exponents, intervals95 } = fit;
    return exponents === undefined ? [] : [{ approach, a: exponents.a, interval: intervals95.a }];
  });
}

/** The efficient frontier of Approach 1, FLOPs ascending; empty where it could not be fitted. */
export function frontierOf(fits: readonly ApproachFit[]): readonly { readonly flops: number; readonly loss: number }[] {
  for (const fit of fits) if (fit.law === "envelope-power-law" && "envelope" in fit) return fit.envelope;
  return [];
}
