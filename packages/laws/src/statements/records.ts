import { refusal } from "./refusal.js";

/** What needs the runs: "Approach 2". */
export type Purpose =
  | "Approach 1"
  | "Approach 2"
  | "Approach 3"
  | "Kaplan's fit"
  | "Kaplan's L(N, D)"
  | "The data-constrained fit"
  | "A backtest"
  | "A profile"
  | "A design"
  | "A simulation"
  | "Grouping by budget";

/** Why records support no fit. */
export const recordErrors = {
  "bad-record": (v: { bad: number; runs: number; row: number; id: string; fault: string }) =>
    refusal(
      `${v.bad} of ${v.runs} runs cannot be used; the first is row ${v.row}${v.id === "" ? "" : ` ("${v.id}")`}: ` +
        `${v.fault}. Every fit needs positive, finite numbers.`,
      "Drop runs that diverged or failed, and check the columns' units. `rows` of this error lists them all.",
    ),
  "too-few-records": (v: { purpose: Purpose; needed: number; runs: number }) =>
    refusal(
      `${v.purpose} needs at least ${v.needed} runs; there are ${v.runs}.`,
      "Train or import more runs, over several sizes and several budgets.",
    ),
  "no-variation": (v: { purpose: Purpose; field: "parameters" | "tokens"; value: number }) =>
    refusal(
      `${v.purpose} needs runs of several ${v.field === "parameters" ? "sizes" : "amounts of data"}; all have ${v.field} = ${v.value}.`,
      "Vary both N and D, as isoFLOP profiles do.",
    ),
  "no-variation/loss": (v: { purpose: Purpose; value: number }) =>
    refusal(
      `${v.purpose} needs losses that differ; all are ${v.value}.`,
      "Check that the loss column is the final loss of each run.",
    ),
  "some-budgets": (v: { with: number; runs: number; without: string }) =>
    refusal(
      `${v.with} of ${v.runs} runs name a budget; "${v.without}" for one does not.`,
      "Give every run a budget, or none (then runs are grouped by clusters of C).",
    ),
} as const;
