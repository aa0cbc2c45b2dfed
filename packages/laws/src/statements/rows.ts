import { refusal } from "./refusal.js";
import { constants } from "./words.js";

/** What fits of any law to its rows warn of, beside what all fits do. */
export const rowSentences = {
  "parameter-at-bound/rows": (v: { name: string; value: number }) =>
    `${v.name} = ${v.value.toPrecision(3)} lies at its bound: these rows do not determine it.`,
  "parameter-at-bound/unseen": (v: { name: string }) =>
    `${v.name} moves no prediction: these rows do not show its term.`,
  "second-basin/rows": (v: { constants: Readonly<Record<string, number>>; objective: number; own: number }) =>
    `Another minimum, which these rows cannot tell from the fit: ${constants(v.constants)} (objective ${v.objective.toPrecision(5)} against ${v.own.toPrecision(5)}).`,
  "ill-conditioned/rows": (v: { condition: number }) =>
    `The Gauss-Newton matrix has condition number ${v.condition.toExponential(1)} in scaled variables: some combination of parameters is hardly determined.`,
  "duplicate-runs/rows": (v: { copies: number; rows: number }) =>
    `${v.copies} of ${v.rows} rows have the inputs and the y of another: intervals are too narrow.`,
} as const;

/** Why rows support no fit of a law by itself. */
export const rowErrors = {
  "bad-row": (v: { bad: number; rows: number; law: string; row: number; fault: string }) =>
    refusal(
      `${v.bad} of ${v.rows} rows cannot be fitted by ${v.law}; row ${v.row}: ${v.fault}.`,
      "Drop those rows, and check the columns' units.",
    ),
  "too-few-records/rows": (v: { law: string; free: number; rows: number; distinct: number; inputs: string }) =>
    refusal(
      `${v.law} has ${v.free} free parameters; there are ${v.rows} rows at ${v.distinct} different ${v.inputs}.`,
      `Give at least ${v.free + 1} rows at ${v.free} different inputs, or hold parameters fixed.`,
    ),
  "no-start": (v: { law: string }) =>
    refusal(
      `${v.law} has no value at these inputs under any parameters tried.`,
      "Check the units of the inputs and the parameters that are held.",
    ),
} as const;
