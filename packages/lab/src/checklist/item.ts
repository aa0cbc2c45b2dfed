/** One question of the checklist, with what the data say and what they do not. */
export interface ChecklistItem {
  /** Stable, for machines: "training.schedule". */
  readonly id: string;
  readonly question: string;
  /** "partly": something is known, and something that belongs to it is not. */
  readonly status: "answered" | "partly" | "gap";
  readonly answers: readonly string[];
  /** What is not known, each with what would close it. */
  readonly gaps: readonly string[];
}

/** A heading of the checklist. */
export interface ChecklistSection {
  readonly heading: string;
  readonly items: readonly ChecklistItem[];
}

/**
 * The checklist of Li, Kudugunta and Zettlemoyer 2025 ("(Mis)Fitting: A Survey of Scaling Laws", arXiv:2502.18969), filled
 * in. Every text is plain and may hold what users wrote.
 */
export interface Checklist {
  /** Answered whole, of all. */
  readonly answered: number;
  readonly partly: number;
  readonly of: number;
  readonly sections: readonly ChecklistSection[];
}

/** A part of an answer, or of what is not known. */
export type Part = { readonly says: string } | { readonly lacks: string } | Unlogged;

/** A fact that was not logged, in all runs or in some. */
export interface Unlogged {
  readonly unlogged: string;
  /** "in 3 of 12 runs"; empty: in none was it. */
  readonly where: string;
  readonly remedy: string;
}

export const says = (text: string): Part => ({ says: text });
export const lacks = (text: string): Part => ({ lacks: text });

/** An item from its parts: nothing said is a gap, even where nobody named it. */
export function itemOf(id: string, question: string, parts: readonly (Part | undefined)[]): ChecklistItem {
  const given = parts.filter((part) => part !== undefined);
  const answers = given.flatMap((part) => ("says" in part ? [part.says] : []));
  const named = [...given.flatMap((part) => ("lacks" in part ? [part.lacks] : [])), ...unlogged(given)];
  const gaps = answers.length === 0 && named.length === 0 ? ["not known"] : named;
  const status = answers.length === 0 ? "gap" : gaps.length === 0 ? "answered" : "partly";
  return { id, question, status, answers, gaps };
}

/** What one remedy closes is said in one line. */
function unlogged(parts: readonly Part[]): string[] {
  const together = new Map<string, { readonly facts: string[]; readonly last: Unlogged }>();
  for (const part of parts) {
    if (!("unlogged" in part)) continue;
    const key = JSON.stringify([part.where, part.remedy]);
    together.set(key, { facts: [...(together.get(key)?.facts ?? []), part.unlogged], last: part });
  }
  return [...together.values()].map(
    ({ facts, last: { where, remedy } }) =>
      `not logged${where === "" ? "" : ` ${where}`}: ${facts.join(", ")}; ${remedy}`,
  );
}
