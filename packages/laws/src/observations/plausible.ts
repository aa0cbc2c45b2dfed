import { quantile } from "../numerics/statistics.js";
import type { RunRecord } from "../record.js";
import type { ColumnUses } from "./fields.js";

/** What looks like a wrong unit or a wrong column. Nothing is converted: the reader decides. */
export function doubtful(records: readonly RunRecord[], uses: readonly ColumnUses[], derived: boolean): string[] {
  const doubts: string[] = [];
  const [first] = uses;
  const unit = (field: "parameters" | "tokens" | "flops", symbol: string, largest: number, multiple: string) => {
    const column = first?.[field]?.column;
    const values = records.map((record) => record[field]);
    const [low, high] = [quantile(values, 0), quantile(values, 1)];
    if (column === undefined || high >= largest) return;
    doubts.push(
      `${symbol} (${column}) lies between ${shown(low)} and ${shown(high)}: in another unit? For example --columns "${symbol}=${column}*${multiple}".`,
    );
  };
  unit("parameters", "N", 1e3, "1e9");
  unit("tokens", "D", 1e4, "1e9");
  unit("flops", "C", 1e8, "8.64e19");
  const loss = quantile(
    records.map((record) => record.loss),
    0.5,
  );
  const column = first?.loss?.column;
  if (loss > 15 && !first?.loss?.log) {
    doubts.push(
      `${column} is about ${shown(loss)}, more than any untrained model's loss: a perplexity? Then --columns "loss=ln(${column})".`,
    );
  }
  const doubt = derived ? undefined : doubtfulCompute(records);
  if (doubt !== undefined) doubts.push(doubt);
  const ratio = quantile(
    records.map((record) => record.tokens / record.parameters),
    0.5,
  );
  if (doubts.length === 0 && (ratio < 1e-3 || ratio > 1e6)) {
    doubts.push(`D/N is about ${shown(ratio)}: look at the columns and units of N and D.`);
  }
  return doubts;
}

/** C/(6ND) must be about 1 by any way of counting, and about the same for every run by any one way. */
function doubtfulCompute(records: readonly RunRecord[]): string | undefined {
  const ratios = records.map((record) => record.flops / (6 * record.parameters * record.tokens));
  const [low, middle, high] = [quantile(ratios, 0.05), quantile(ratios, 0.5), quantile(ratios, 0.95)];
  if (middle < 0.1 || middle > 10) {
    return `C/(6ND) is about ${shown(middle)}: N, D and C are not in the same units, or one is another column.`;
  }
  if (high / low < 1.1) return undefined;
  return `C/(6ND) lies between ${shown(low)} and ${shown(high)}: C is not 6ND, or N and C were counted in different ways (say embeddings in one and not in the other), which bends the exponents.`;
}

const shown = (value: number): string => {
  const rounded = Number(value.toPrecision(3));
  return rounded !== 0 && (rounded < 1e-3 || rounded >= 1e5) ? rounded.toExponential().replace("+", "") : `${rounded}`;
};
