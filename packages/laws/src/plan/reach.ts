import type { FitResult } from "../fit/result.js";
import type { NamedLaw } from "../published/law.js";

/** How far the runs of a fit reach: what lies beyond is extrapolated. */
export function reachOf({ diagnostics }: FitResult): Pick<NamedLaw, "smallestFlops" | "largestFlops"> {
  const { smallestFlops, largestFlops } = diagnostics;
  return {
    ...(typeof smallestFlops === "number" && { smallestFlops }),
    ...(typeof largestFlops === "number" && { largestFlops }),
  };
}
