import { IsoflopError, type RowFault } from "../error.js";
import type { Inputs, Law } from "../laws/law.js";
import { mean } from "../numerics/statistics.js";
import { refuseBy } from "../statements/made.js";
import { rowErrors } from "../statements/rows.js";
import { isPositive, show } from "./rowFaults.js";

const refuse = /* @__PURE__ */ refuseBy(rowErrors);

/** One observation of what a law relates. */
export interface LawRow<Input extends string = string> {
  /** In the units of the law, or in any others: the fitted constants are then in those. All positive. */
  readonly inputs: Inputs<Input>;
  readonly y: number;
  /** The training run that the observation belongs to; checkpoints of one run are not independent of each other. */
  readonly run?: string;
}

/**
 * Refuses rows that the law cannot take.
 * @throws IsoflopError "bad-row", with every such row, counted from 1
 */
export function checkRows(law: Law, rows: readonly LawRow[]): void {
  if (!Array.isArray(rows)) {
    throw new IsoflopError({
      code: "bad-row",
      message: `The rows must be an array of objects, not ${show(rows)}.`,
      hint: `Give [{ inputs: { ${Object.keys(law.inputs).join(", ")} }, y }, …].`,
    });
  }
  const faults: RowFault[] = [];
  Array.from(rows as readonly (LawRow | null | undefined)[]).forEach((row, i) => {
    const reason = faultOf(law, row);
    if (reason !== undefined) faults.push({ row: i + 1, reason });
  });
  const [first] = faults;
  if (first === undefined) return;
  const values = { bad: faults.length, rows: rows.length, law: law.name, row: first.row, fault: first.reason };
  throw refuse("bad-row", values, faults);
}

function faultOf(law: Law, row: LawRow | null | undefined): string | undefined {
  if (typeof row !== "object" || row === null) return `is ${show(row)}, not an object`;
  const bad = Object.keys(law.inputs).find((name) => !isPositive(row.inputs?.[name]));
  if (bad !== undefined) return `${bad} = ${show(row.inputs?.[bad])} is no positive, finite number`;
  if (!Number.isFinite(row.y)) return `y = ${show(row.y)} is no finite number`;
  return law.residuals === "log" && row.y <= 0 ? `y = ${row.y} is not positive` : undefined;
}

/**
 * Refuses more parameters than the data can have.
 * @throws IsoflopError "too-few-records"
 */
export function checkEnough(law: Law, rows: readonly LawRow[], free: number): void {
  const names = Object.keys(law.inputs);
  const distinct = new Set(rows.map((row) => names.map((name) => row.inputs[name]).join("/"))).size;
  if (rows.length > free && distinct >= free) return;
  const inputs = names.join(", ");
  throw refuse("too-few-records/rows", { law: law.name, free, rows: rows.length, distinct, inputs });
}

/** Geometric mean of every input over rows; inputs counted in one unit (as D and U) share theirs. */
export function inputScales<Input extends string>(
  law: Law<string, Input>,
  rows: readonly { readonly inputs: Inputs<Input> }[],
): Record<Input, number> {
  const names = Object.keys(law.inputs) as Input[];
  const logs = names.map((name) => mean(rows.map((row) => Math.log(row.inputs[name]))));
  const entries = names.map((name) => {
    const alike = logs.filter((_, i) => law.inputs[names[i]!].unit === law.inputs[name].unit);
    return [name, Math.exp(mean(alike))] as const;
  });
  return Object.fromEntries(entries) as Record<Input, number>;
}

/** The middle of the law's own ranges, as inputScales has it. */
export function rangeScales<Input extends string>(law: Law<string, Input>): Record<Input, number> {
  const corner = (which: 0 | 1) => {
    const names = Object.keys(law.inputs) as Input[];
    return { inputs: Object.fromEntries(names.map((n) => [n, law.inputs[n].range[which]])) as Inputs<Input> };
  };
  return inputScales(law, [corner(0), corner(1)]);
}

/** Every factor divided into `one`, or by another's. */
export function ratio<Name extends string>(over: Inputs<Name>, under: Inputs<Name>): Record<Name, number> {
  const names = Object.keys(over) as Name[];
  return Object.fromEntries(names.map((name) => [name, over[name] / under[name]])) as Record<Name, number>;
}

/** The size of y: its geometric mean, or its mean size where it may vanish. */
export function outputScale(law: Law, rows: readonly LawRow[]): number {
  if (law.residuals === "log") return Math.exp(mean(rows.map((row) => Math.log(row.y))));
  return mean(rows.map((row) => Math.abs(row.y))) || 1;
}

/** What stands for a row's budget: C where the law has it, 6ND where it has those, else its first input. */
export function scaleOf({ inputs }: Law): {
  readonly name: string;
  readonly isCompute: boolean;
  of(row: LawRow): number;
} {
  if ("C" in inputs) return { name: "C", isCompute: true, of: (row) => row.inputs.C! };
  if ("N" in inputs && "D" in inputs) {
    return { name: "C = 6ND", isCompute: true, of: (row) => 6 * row.inputs.N! * row.inputs.D! };
  }
  const [first] = Object.keys(inputs);
  return { name: first!, isCompute: false, of: (row) => row.inputs[first!]! };
}
