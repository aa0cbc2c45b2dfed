import { type ForecastRow, formatCount, formatFlops, formatLoss } from "@isoflop/figures";
import { formatInstant } from "./instant.js";
import type { ForecastReport, HeldOutRow, OptimumReport, ReportModel } from "./model.js";

export interface Verdict {
  /** "held" and "missed" when a measurement stands against an interval; "open" otherwise. */
  readonly tone: "held" | "missed" | "open";
  /** One sentence. */
  readonly headline: string;
  /** Further sentences, each a paragraph. */
  readonly details: readonly string[];
}

/** A held-out model, and who forecast it where that is another than the rest. */
export const heldOutName = ({ label, forecaster }: Pick<HeldOutRow, "label" | "forecaster">): string =>
  forecaster === undefined ? label : `${label}, forecast by ${forecaster}`;

function judgeForecast(forecast: ForecastReport, optimum: ForecastRow): Pick<Verdict, "tone" | "headline"> {
  const at = `at ${formatFlops(forecast.budget)} FLOPs`;
  const { measured, predicted, interval95 } = optimum;
  if (measured === undefined) {
    const interval = interval95 ? ` (95 % interval ${formatLoss(interval95[0])}–${formatLoss(interval95[1])})` : "";
    return {
      tone: "open",
      headline: `The forecast stands, unchecked: ${formatLoss(predicted)} nats per token ${at}${interval}; the held-out model has no result yet.`,
    };
  }
  const off = `${formatLoss(measured)} nats per token measured ${at}, ${formatLoss(predicted)} forecast (${measured >= predicted ? "+" : "−"}${Math.abs(100 * (measured / predicted - 1)).toFixed(2)} %)`;
  if (!interval95) return { tone: "open", headline: `The forecast had no interval to be judged by: ${off}.` };
  const interval = `${formatLoss(interval95[0])}–${formatLoss(interval95[1])}`;
  if (measured >= interval95[0] && measured <= interval95[1]) {
    return { tone: "held", headline: `The forecast held: ${off}, inside the 95 % interval ${interval}.` };
  }
  const beyond = measured > interval95[1] ? measured - interval95[1] : interval95[0] - measured;
  const side = measured > interval95[1] ? "above" : "below";
  return {
    tone: "missed",
    headline: `The forecast missed: ${off}, ${formatLoss(beyond)} ${side} the 95 % interval ${interval}.`,
  };
}

function compareWays(forecast: ForecastReport, optimum: ForecastRow, larger: ForecastRow): string {
  const shape = (row: ForecastRow): string =>
    `${formatCount(row.parameters)} parameters on ${formatCount(row.tokens)} tokens`;
  const times = larger.parameters / optimum.parameters;
  const ways = `the forecast optimum (${shape(optimum)}) against a model ${times.toPrecision(2)} times larger at the same compute (${shape(larger)})`;
  if (optimum.measured === undefined || larger.measured === undefined) {
    return `Chinchilla's way or Gopher's: ${ways}: not both measured yet.`;
  }
  const difference = larger.measured - optimum.measured;
  const size = `${formatLoss(Math.abs(difference), 4)} nats per token, ${(100 * Math.expm1(Math.abs(difference))).toFixed(1)} % in perplexity`;
  // Two single runs differ by noise with sqrt(2) times the deviation of one.
  const noise = forecast.runNoise === undefined ? undefined : 2 * Math.SQRT2 * forecast.runNoise;
  if (difference === 0 || (noise !== undefined && Math.abs(difference) <= noise)) {
    const bound = noise === undefined ? "" : `, within what two seeds may differ by (${formatLoss(noise, 4)})`;
    return `Neither way won: ${ways} differ by ${formatLoss(Math.abs(difference), 4)} nats per token${bound}.`;
  }
  const winner = difference > 0 ? "Chinchilla's way won" : "Gopher's way won";
  const losses = `${formatLoss(optimum.measured, 4)} against ${formatLoss(larger.measured, 4)}`;
  return `${winner} by ${size}: ${ways}, ${losses}.`;
}

/** Of runs that no study has planned: what is best at the largest compute that any of them took. */
function tellOptimum(optimum: NonNullable<ReportModel["optimum"]>): Verdict {
  if ("missing" in optimum) {
    return { tone: "open", headline: "No optimum can be told from these runs.", details: [optimum.missing] };
  }
  const { budget, fit, reason, caveats } = optimum;
  const shown = (estimate: OptimumReport["tokens"], format: (value: number) => string): string =>
    `${format(estimate.value)}${estimate.interval95 === undefined ? "" : ` [${estimate.interval95.map((end) => format(end)).join(", ")}]`}`;
  const loss =
    optimum.loss === undefined
      ? ""
      : `, at ${fit === "Approach 1" ? "a training loss" : "a loss"} of ${shown(optimum.loss, (value) => formatLoss(value))}`;
  return {
    tone: "open",
    headline: `At ${formatFlops(budget)} FLOPs, the most that any of these runs took, the best model has ${shown(optimum.parameters, formatCount)} parameters and sees ${shown(optimum.tokens, formatCount)} tokens${loss}.`,
    details: [
      `By ${fit}: ${reason}.`,
      ...caveats,
      "In brackets are 95 % intervals. `isoflop forecast` says what to expect beyond these runs.",
    ],
  };
}

/**
 * What to say first: did the forecast hold, and which allocation won by how much; of runs without a study, what is best at the
 * largest compute among them.
 * @param heldOut budgets that the study holds out, FLOPs
 */
export function judge(
  forecast: ForecastReport | undefined,
  heldOut: readonly number[] = [],
  optimum?: ReportModel["optimum"],
): Verdict {
  if (optimum !== undefined) return tellOptimum(optimum);
  const best = forecast?.rows.find((row) => row.role === "optimum");
  if ((!forecast || !best) && heldOut.length > 0) {
    return {
      tone: "open",
      headline: `No forecast is stated yet for ${heldOut.map((budget) => formatFlops(budget)).join(", ")} FLOPs.`,
      details: [
        "`isoflop run --verify` states it once the study's runs are done, and then trains what it is judged by.",
      ],
    };
  }
  if (!forecast || !best) {
    return {
      tone: "open",
      headline: "No forecast was checked: the study holds out no budget.",
      details: [
        "Add `holdout` to study.yaml, with a budget at least three times the largest one trained, and run again.",
      ],
    };
  }
  const larger = forecast.rows.find((row) => row.role === "larger");
  const reach = forecast.budget / forecast.largestTrainedBudget;
  const stated = forecast.statedAt ? `, written down on ${formatInstant(forecast.statedAt)}` : "";
  return {
    ...judgeForecast(forecast, best),
    details: [
      ...(larger ? [compareWays(forecast, best, larger)] : []),
      ...(forecast.reason ? [`Why ${forecast.fit}: ${forecast.reason}.`] : []),
      `The forecast comes from ${forecast.fit}${stated}; its budget is ${reach.toPrecision(2)} times the largest one that the fit saw (${formatFlops(forecast.largestTrainedBudget)} FLOPs).`,
    ],
  };
}
