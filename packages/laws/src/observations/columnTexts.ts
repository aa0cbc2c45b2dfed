import { type ColumnUses, FIELDS, type Field } from "./fields.js";
import { isTrainLoss } from "./lossColumns.js";

/** The user's short names of the quantities. */
const NAMES: Readonly<Partial<Record<Field, string>>> = { parameters: "N", tokens: "D", flops: "C", id: "run" };

/** "N = params_B * 1e9, D = tokens, loss = val_loss (also there: train_loss)". */
export function describe(uses: ColumnUses, others: ReadonlyMap<Field, readonly string[]>): string {
  const parts = FIELDS.flatMap((field) => {
    const use = uses[field];
    if (use === undefined || (field === "step" && uses.id === undefined)) return [];
    const also = others.get(field) ?? [];
    const from = use.log ? `ln(${use.column})` : use.column + (use.scale === 1 ? "" : ` * ${shownScale(use.scale)}`);
    const unit = use.unit === undefined ? "" : ` in ${use.unit}`;
    const shown = listed(also.slice(0, 6)) + (also.length > 6 ? ", …" : "");
    return [`${NAMES[field] ?? field} = ${from}${unit}${also.length === 0 ? "" : ` (also there: ${shown})`}`];
  });
  return parts.join(", ");
}

const shownScale = (scale: number): string =>
  scale >= 1000 ? scale.toExponential().replace("+", "") : String(Number(scale.toPrecision(6)));

/** What the reader must know of the loss: the units differ, and a training loss is not a test loss. */
export function lossNotices(uses: ColumnUses): string[] {
  const { loss } = uses;
  if (loss === undefined) return [];
  const notices: string[] = [];
  if (loss.log) notices.push(`${loss.column} is taken for a perplexity: loss = ln(${loss.column}).`);
  if (loss.unit !== undefined) {
    notices.push(
      `${loss.column} is in ${loss.unit}, and is left so: exponents do not depend on the unit, but E, A, B and every ` +
        "forecast loss are in it. Do not mix it with nats per token.",
    );
  }
  if (isTrainLoss(loss.column)) {
    notices.push(
      `The only loss is ${loss.column}, a training loss: it is below the test loss where data repeat, and noisier.`,
    );
  }
  return notices;
}

/** Names in one line: those with blanks, commas or line breaks in quotes. */
export function listed(columns: readonly string[]): string {
  const shown = columns.slice(0, 40).map((name) => (/^[^\s,"]+$/.test(name) ? name : JSON.stringify(name)));
  return shown.join(", ") + (columns.length > 40 ? ` and ${columns.length - 40} more` : "");
}
