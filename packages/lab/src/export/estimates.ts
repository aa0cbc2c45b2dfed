import type { FitResult, Interval } from "@isoflop/laws";

/** One number of a fit, with what is known of its error. */
export interface NamedEstimate {
  readonly parameter: string;
  readonly estimate: number;
  readonly standardError?: number;
  readonly interval95?: Interval;
}

/** The parameters of a fit, then the exponents that follow from them. */
export function estimatesOf({ parameters, exponents, standardErrors, intervals95 }: FitResult): NamedEstimate[] {
  return Object.entries({ ...parameters, ...exponents }).map(([parameter, estimate]) => {
    const [standardError, interval95] = [standardErrors[parameter], intervals95[parameter]];
    return {
      parameter,
      estimate,
      ...(standardError === undefined ? {} : { standardError }),
      ...(interval95 === undefined ? {} : { interval95 }),
    };
  });
}
