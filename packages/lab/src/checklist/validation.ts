import { formatFlops } from "@isoflop/laws";
import { lacks, type Part, says } from "./item.js";
import type { ChecklistSubject } from "./subject.js";

/** Held-out runs and backtests. */
export function validation({
  forecast,
  heldOut,
  optimum,
}: Pick<ChecklistSubject, "forecast" | "heldOut" | "optimum">): Part[] {
  if (forecast !== undefined) {
    const { budget, fit, reason, rows, statedAt, largestTrainedBudget } = forecast;
    const times = (budget / largestTrainedBudget).toPrecision(2);
    return [
      says(
        `${formatFlops(budget)} FLOPs, ${times} times the largest budget fitted, were forecast by ${fit}${statedAt === undefined ? "" : ` (written down on ${statedAt.slice(0, 10)})`} before the held-out runs began`,
      ),
      ...rows.map(({ label, predicted, interval95, measured, forecaster }): Part => {
        const range = interval95 === undefined ? "" : ` (95 % ${interval95.map((end) => end.toFixed(4)).join(" to ")})`;
        const told = `${label}: forecast ${predicted.toFixed(4)}${range}${forecaster === undefined ? "" : ` by ${forecaster}`}`;
        return measured === undefined
          ? lacks(`${told}, not measured yet; isoflop run --verify trains it`)
          : says(`${told}, measured ${measured.toFixed(4)}`);
      }),
      ...(reason === undefined ? [] : [says(`backtest: ${reason}`)]),
    ];
  }
  if (heldOut.length > 0) {
    return [
      lacks(
        `no forecast is stated yet for ${heldOut.map((budget) => formatFlops(budget)).join(", ")} FLOPs; isoflop run --verify states it and trains what it is judged by`,
      ),
    ];
  }
  if (optimum === undefined)
    return [lacks("no budget is held out; add holdout to study.yaml, three times the largest budget or more")];
  if (!("missing" in optimum) && optimum.backtested) return [says(`backtest: ${optimum.reason}`), NOT_HELD_OUT];
  return [
    lacks(
      "no run is held out, and too few took less compute than the others to forecast them from; add runs at more budgets",
    ),
  ];
}

/** A backtest looks at runs that were there when the procedure was chosen. */
const NOT_HELD_OUT = says("no run was set aside before the law was chosen: the backtest stands in for that");
