/** What the parts of a Kaplan design warn of. */
export const partSentences = {
  "kaplan-count": () =>
    "N counts embeddings here; Kaplan's does not, and its exponents hold for counting: { parameters: non-embedding }.",
  "not-converged": (v: { falling: number; runs: number; first: string }) =>
    `${v.falling} of ${v.runs} runs were still falling when their tokens were spent (${v.first}): their loss is above that at convergence. Give the part more tokens.`,
  "no-intervals/scan": () =>
    "The losses of one scan are read off the same runs: intervals need three seeds (design.seeds).",
} as const;
