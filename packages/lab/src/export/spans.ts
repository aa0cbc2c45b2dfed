import type { ExportRecord } from "./input.js";

type Span = readonly [least: number, largest: number];

/** Runs in one line: how many, and over what. */
export interface RunSpan {
  /** Nominal budget, FLOPs; absent of runs together. */
  readonly budget?: number;
  readonly runs: number;
  readonly parameters: Span;
  readonly tokens: Span;
  readonly flops: Span;
  readonly loss: Span;
}

/** All records in one line; before it one for each budget, where the records have any. */
export function runSpans(records: readonly ExportRecord[]): RunSpan[] {
  if (records.length === 0) return [];
  const budgets = [...new Set(records.flatMap(({ budget }) => budget ?? []))].sort((a, b) => a - b);
  return [
    ...budgets.map((budget) => ({ budget, ...span(records.filter((record) => record.budget === budget)) })),
    span(records),
  ];
}

function span(records: readonly ExportRecord[]): Omit<RunSpan, "budget"> {
  const of = (value: (record: ExportRecord) => number): Span => {
    const values = records.map(value);
    return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  };
  return {
    runs: records.length,
    parameters: of((r) => r.parameters),
    tokens: of((r) => r.tokens),
    flops: of((r) => r.flops),
    loss: of((r) => r.loss),
  };
}
