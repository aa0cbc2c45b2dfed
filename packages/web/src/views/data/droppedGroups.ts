import type { Dropped } from "@isoflop/laws";

/** Kinds of reasons for which a row is left out, as the page tells them apart. */
const KINDS = [
  { kind: "duplicate", pattern: /^duplicate of row (.*)$/s },
  { kind: "comma", pattern: /^(.*) is not a number \(.*decimal comma or thousands\?.*\)$/s },
  { kind: "notNumber", pattern: /^(.*) is not a number \(.*\)$/s },
  { kind: "notPositive", pattern: /^(.*) is not (?:positive|a positive number) \(.*\)$/s },
  { kind: "notFinite", pattern: /^(.*) is not finite \(.*\)$/s },
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
  readonly rows: readonly Dropped<string>[];
}

/** Rows that were left out, by kind of reason and column, the largest group first. */
export function droppedGroups(dropped: readonly Dropped<string>[]): DroppedGroup[] {
  const groups = new Map<string, { kind: DropKind; subject: string; rows: Dropped<string>[] }>();
  for (const row of dropped) {
    const { kind, subject } = classify(row.reason);
    const key = JSON.stringify([kind, subject]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { kind, subject, rows: [row] });
    else group.rows.push(row);
  }
  return [...groups.values()].sort((a, b) => b.rows.length - a.rows.length);
}

function classify(reason: string): { readonly kind: DropKind; readonly subject: string } {
  // A run's name may hold anything: what follows it is tried from the last colon back.
  const tails = reason.startsWith("run ")
    ? [...reason.matchAll(/: /g)].map(({ index }) => reason.slice(index + 2))
    : [];
  for (const text of [...tails, reason]) {
    for (const { kind, pattern } of KINDS) {
      const found = pattern.exec(text);
      if (found) return { kind, subject: BY_COLUMN.includes(kind) ? (found[1] ?? "") : "" };
    }
  }
  return { kind: "other", subject: reason };
}

const BY_COLUMN: readonly string[] = ["comma", "notNumber", "notPositive", "notFinite", "empty", "overflow"];
