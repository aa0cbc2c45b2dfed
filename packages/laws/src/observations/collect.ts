import type { CountingConvention } from "../record.js";
import { countedParameters } from "./columns.js";
import type { CountedRecord } from "./counts.js";
import type { ColumnUses } from "./fields.js";
import { doubtful } from "./plausible.js";
import { type Derivation, isSixN, type ParsedRow } from "./toRecord.js";

/** A row that no fit sees, and why. */
export interface Dropped<Label> {
  readonly row: Label;
  readonly reason: string;
}

/** What a set of rows comes to. */
export interface Collected<Label> {
  readonly records: readonly CountedRecord[];
  readonly dropped: readonly Dropped<Label>[];
  readonly convention: CountingConvention;
  /** How a missing one of N, D, C was made from the others; for the reader. */
  readonly derived?: string;
  /** What looks wrong with the values, though it may be right. */
  readonly doubts: readonly string[];
}

export interface Collector<Label> {
  /** `named`: a column gives the run's name, which tells two equal rows apart. */
  readonly add: (row: Label, parsed: ParsedRow, named: boolean) => void;
  readonly finish: (uses: readonly ColumnUses[]) => Collected<Label>;
}

/** Gathers rows one by one: equal ones count once, unusable ones are kept with their reason. */
export function collector<Label extends number | string>(): Collector<Label> {
  const records: CountedRecord[] = [];
  const dropped: Dropped<Label>[] = [];
  const derivations = new Set<Derivation>();
  const seen = new Map<string, Label>();
  return {
    add(row, parsed, named) {
      if ("reason" in parsed) {
        dropped.push({ row, reason: parsed.reason });
        return;
      }
      const { record: r, derived } = parsed;
      const name = named ? JSON.stringify(r.run ?? r.id) : "";
      const key = [r.parameters, r.tokens, r.flops, r.loss, r.seed, r.budget, r.uniqueTokens, name].join();
      const twin = seen.get(key);
      if (twin !== undefined) {
        dropped.push({ row, reason: `duplicate of row ${twin}` });
        return;
      }
      seen.set(key, row);
      if (derived !== undefined) derivations.add(derived);
      records.push(r);
    },
    finish(uses) {
      const derived = [...derivations].join("; ");
      const counted = new Set(uses.map(countedParameters));
      const convention: CountingConvention = {
        parameters: counted.size === 1 ? [...counted][0]! : "given",
        flops: derived !== "" || records.every(isSixN) ? "6N" : "given",
      };
      const doubts = records.length === 0 ? [] : doubtful(records, uses, derived !== "");
      return { records, dropped, convention, doubts, ...(derived === "" ? {} : { derived }) };
    },
  };
}
