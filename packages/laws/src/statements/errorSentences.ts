import { PROFILE_REASONS, type ProfileReason } from "./words.js";

/** An error's message and what to do about it. */
export interface Refusal {
  readonly message: string;
  readonly hint: string;
}

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

const refusal = (message: string, hint: string): Refusal => ({ message, hint });

/** Why runs support no fit or backtest, in English: a sentence for each way in which a code comes about. */
export const errorSentences = {
  "bad-record": (v: { bad: number; runs: number; row: number; id: string; fault: string }) =>
    refusal(
      `${v.bad} of ${v.runs} runs cannot be used; the first is row ${v.row}${v.id === "" ? "" : ` ("${v.id}")`}: ` +
        `${v.fault}. Every fit needs positive, finite numbers.`,
      "Drop runs that diverged or failed, and check the columns' units. `rows` of this error lists them all.",
    ),
  "bad-row": (v: { bad: number; rows: number; law: string; row: number; fault: string }) =>
    refusal(
      `${v.bad} of ${v.rows} rows cannot be fitted by ${v.law}; row ${v.row}: ${v.fault}.`,
      "Drop those rows, and check the columns' units.",
    ),
  "too-few-records": (v: { purpose: Purpose; needed: number; runs: number }) =>
    refusal(
      `${v.purpose} needs at least ${v.needed} runs; there are ${v.runs}.`,
      "Train or import more runs, over several sizes and several budgets.",
    ),
  "too-few-records/rows": (v: { law: string; free: number; rows: number; distinct: number; inputs: string }) =>
    refusal(
      `${v.law} has ${v.free} free parameters; there are ${v.rows} rows at ${v.distinct} different ${v.inputs}.`,
      `Give at least ${v.free + 1} rows at ${v.free} different inputs, or hold parameters fixed.`,
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
  "too-few-minima": (v: {
    used: number;
    /** Budgets by what became of them; without a reason where they were used. */
    outcomes: readonly { readonly reason?: ProfileReason; readonly budgets: readonly number[] }[];
  }) => {
    const at = v.outcomes.map(({ reason, budgets }) => {
      const more = budgets.length > 4 ? ` and ${budgets.length - 4} more` : "";
      const first = budgets.slice(0, 4).map((budget) => budget.toPrecision(3));
      return `at ${first.join(", ")}${more} FLOPs: ${reason === undefined ? "used" : PROFILE_REASONS[reason]}`;
    });
    return refusal(
      `Approach 2 needs two isoFLOP minima; there ${v.used === 1 ? "is 1" : "are none"} (${at.join("; ")}).`,
      "Train several sizes at each of a few budgets, so that the loss rises on both sides of its minimum; runs of other designs can be fitted by approach 3.",
    );
  },
  "no-curves": (v: { curves: number; runs: number }) =>
    refusal(
      `Approach 1 needs training curves of two sizes over a common range of compute; ${v.curves} of ${v.runs} runs have a curve.`,
      "Record the training loss along each run (metrics.jsonl), or use approach 2 or 3.",
    ),
  "no-envelope": () =>
    refusal(
      "Everywhere on the envelope the smallest or the largest size wins, or one size alone: no exponent can be fitted.",
      "Train at least three sizes whose curves cross; use approach 2 or 3 meanwhile.",
    ),
  "no-frontier": () =>
    refusal(
      "No frontier: the runs have neither two isoFLOP minima nor two runs that no cheaper run beats.",
      "Train at several budgets.",
    ),
  "no-repetition": () =>
    refusal(
      "No run trains on more tokens than are unique: what repeating costs cannot be seen.",
      "Give the unique tokens of each run (uniqueTokens, column unique_tokens or epochs), or fit Approach 3.",
    ),
  "no-base": (v: { single: number; needed: number }) =>
    refusal(
      `${v.single} runs repeat nothing; the law for unique data needs ${v.needed}.`,
      "Give its constants (base; --base muennighoff-2023 or a fit's file), or fit all parameters jointly.",
    ),
  "no-start": (v: { law: string }) =>
    refusal(
      `${v.law} has no value at these inputs under any parameters tried.`,
      "Check the units of the inputs and the parameters that are held.",
    ),
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

export type ErrorSentences = typeof errorSentences;
export type ErrorName = keyof ErrorSentences;
