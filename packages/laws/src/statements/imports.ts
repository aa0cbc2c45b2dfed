/** What must be known of imported runs before any fit of them is believed. */
export const importSentences = {
  "unfinished-runs": (v: {
    unfinished: number;
    runs: number;
    /** As their tracker calls them. */
    states: readonly { readonly state: string; readonly count: number }[];
    /** The first of them. */
    names: readonly string[];
    /** SQL condition that leaves them out. */
    condition: string;
  }) => {
    const states = v.states.map(({ state, count }) => `${count} ${state}`).join(", ");
    const more = v.unfinished > v.names.length ? ` and ${v.unfinished - v.names.length} more` : "";
    return `${v.unfinished} of ${v.runs} runs had not finished, as their tracker says (${states}): ${v.names.join(", ")}${more}. They are taken as they stand; leave them out by --where "${v.condition}".`;
  },
  "mixed-convention/tables": (v: { counting: string; tables: readonly string[]; more: number }) =>
    `The imported runs count N and C by ${v.counting}; whether ${v.tables.join(", ")}${v.more > 0 ? ` and ${v.more} more` : ""} does the same, it does not say.`,
} as const;
