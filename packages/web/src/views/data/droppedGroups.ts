import type { Dropped } from "@isoflop/laws";

/** Kinds of reasons for which a row is left out, as the page tells them apart. */
const KINDS = [
  { kind: "duplicate", pattern: /^duplicate of row (.*)$/s },
  { kind: "comma", pattern: /^(.*) is not a number \((.*): decimal comma or thousands\?.*\)$/s },
  { kind: "notNumber", pattern: /^(.*) is not a number \((.*)\)$/s },
  { kind: "notPositive", pattern: /^(.*) is not (?:positive|a positive number) \((.*)\)$/s },
  { kind: "notFinite", pattern: /^(.*) is not finite \((.*)\)$/s },
  { kind: "empty", pattern: /^(.*) is empty$/s },
  { kind: "tooFew", pattern: /^fewer than two of N, D and C are given$/ },
  { kind: "overflow", pattern: /^(.*) is beyond what a number can hold$/ },
  { kind: "noLoss", pattern: /^no loss in any of its \d+ rows$/ },
  { kind: "diverged", pattern: /^its loss ends as NaN or infinite \(diverged\)$/ },
  { kind: "sizeChanges", pattern: /^its N changes on the way, by a factor of (.*)$/ },
] as const;
export type DropKind = (typeof KINDS)[number]["kind"] | "other";

export interface DroppedGroup {
  readonly kind: DropKind;
  /** The column at fault, where it is one. */
  readonly subject: string;
  readonly rows: readonly DroppedRow[];
}

export interface DroppedRow extends Dropped<string> {
  /** What is particular to the row: the cell, the other row, the run. */
  readonly detail: string;
}

/** Rows that were left out, by kind of reason and column, the largest group first. */
export function droppedGroups(dropped: readonly Dropped<string>[]): DroppedGroup[] {
  const groups = new Map<string, { kind: DropKind; subject: string; rows: DroppedRow[] }>();
  for (const row of dropped) {
    const { kind, subject, detail } = classify(row.reason);
    const key = JSON.stringify([kind, subject]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { kind, subject, rows: [{ ...row, detail }] });
    else group.rows.push({ ...row, detail });
  }
  return [...groups.values()].sort((a, b) => b.rows.length - a.rows.length);
}

function classify(reason: string): Pick<DroppedGroup, "kind" | "subject"> & Pick<DroppedRow, "detail"> {
  // A run's name may hold anything: what follows it is tried from the first colon on.
  const tails = reason.startsWith("run ") ? [...reason.matchAll(/: /g)].map(({ index }) => index) : [];
  for (const at of [...tails, undefined]) {
    const text = at === undefined ? reason : reason.slice(at + 2);
    const run = at === undefined ? "" : reason.slice("run ".length, at);
    for (const { kind, pattern } of KINDS) {
      const found = pattern.exec(text);
      if (!found) continue;
      const [, first = "", cell = ""] = found;
      const byColumn = BY_COLUMN.includes(kind);
      return {
        kind,
        subject: byColumn ? first : "",
        detail: [run, byColumn ? cell : first].filter(Boolean).join(": "),
      };
    }
  }
  return { kind: "other", subject: reason, detail: "" };
}

const BY_COLUMN: readonly string[] = ["comma", "notNumber", "notPositive", "notFinite", "empty", "overflow"];
