import type { IsoflopFit } from "@isoflop/laws";
import type { ApproachFit } from "@isoflop/laws/procedures";
import { textTable } from "./textTable.js";

/** Approach 2's minimum of one budget, for machines. */
export function minimaOf(fit: IsoflopFit) {
  return fit.profiles.map(({ budget, status, reason, points, vertex }) => ({
    budget,
    runs: points.length,
    status,
    ...(reason === "" ? {} : { reason }),
    ...(vertex === undefined ? {} : vertex),
  }));
}

const figure = (value: number): string => Number(value.toPrecision(4)).toExponential().replace("e+", "e");

/** What each budget says by itself: N_opt and D_opt with 95 % intervals. Empty where Approach 2 was not fitted. */
export function minimaTable(fits: readonly ApproachFit[]): string {
  const fit = fits.find((each): each is IsoflopFit => each.law === "isoflop-power-law");
  if (fit === undefined) return "";
  const range = (interval: readonly [number, number] | undefined) =>
    interval === undefined ? "" : ` [${figure(interval[0])}, ${figure(interval[1])}]`;
  const rows = fit.profiles
    .filter(({ status }) => status !== "too-few")
    .map(({ budget, status, points, vertex }) => [
      figure(budget),
      String(points.length),
      vertex === undefined ? "-" : figure(vertex.parameters) + range(vertex.intervals95?.parameters),
      vertex === undefined ? "-" : figure(vertex.tokens) + range(vertex.intervals95?.tokens),
      vertex === undefined ? "-" : vertex.loss.toFixed(4),
      status === "used" ? status : `${status}, not used`,
    ]);
  return `\nMinima of Approach 2, each by itself:\n${textTable(["Budget C", "runs", "N_opt", "D_opt", "loss", "status"], rows)}`;
}
