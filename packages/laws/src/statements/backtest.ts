import { refusal } from "./refusal.js";

/** Why there is no backtest. */
export const backtestErrors = {
  "too-few-budgets": (v: { needed: number; budgets: number }) =>
    refusal(
      `A backtest holds out the largest of several budgets: it needs ${v.needed}; there ${v.budgets === 1 ? "is 1" : `are ${v.budgets}`}.`,
      "Train at more budgets.",
    ),
  "too-few-budgets/cuts": (v: { runs: number; cuts: number }) =>
    refusal(
      `A backtest cuts the runs at several values of compute: it needs ${v.runs} runs at ${v.cuts} of them.`,
      "Add runs of more compute.",
    ),
} as const;
