import { isEmpty, readNumber } from "@isoflop/laws/observations";

export const OPERATORS = ["=", "!=", "<", "<=", ">", ">=", "contains", "empty", "filled"] as const;
export type Operator = (typeof OPERATORS)[number];

/** One condition on a row: a column's cell against a value. */
export interface Condition {
  readonly column: string;
  readonly operator: Operator;
  readonly value: string;
}

/** Whether an operator compares with a value at all. */
export const takesValue = (operator: Operator): boolean => operator !== "empty" && operator !== "filled";

/** Whether a condition says enough to be applied. */
export const isComplete = ({ operator, value }: Condition): boolean => !takesValue(operator) || value.trim() !== "";

/** Whether a cell satisfies a condition. As in SQL, an empty cell compares with nothing; numbers compare as numbers. */
export function satisfies(cell: unknown, { operator, value }: Condition): boolean {
  if (operator === "empty") return isEmpty(cell);
  if (isEmpty(cell)) return false;
  if (operator === "filled") return true;
  const text = String(cell).trim();
  const wanted = value.trim();
  if (operator === "contains") return text.toLowerCase().includes(wanted.toLowerCase());
  const [a, b] = [readNumber(cell), readNumber(wanted)];
  const order = Number.isNaN(a) || Number.isNaN(b) ? (text < wanted ? -1 : text > wanted ? 1 : 0) : a - b;
  switch (operator) {
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}
