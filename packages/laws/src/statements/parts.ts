/** What the parts of a Kaplan design warn of. */
export const partSentences = {
  "kaplan-count": () =>
    "N counts embeddings here; Kaplan's does not, and its exponents hold for counting: { parameters: non-embedding }.",
  "not-converged": (v: { falling: number; runs: number; first: string }) =>
    `${v.falling} of ${v.runs} runs were still falling when their tokens were spent (${v.first}): their loss is above that at convergence. Give the part more tokens.`,
  "no-intervals/least-steps": () =>
    "L(N, S_min) could not be fitted with another critical batch nearby: what the batch's error does to it is not known, so it has no intervals.",
  "no-intervals/scan": () =>
    "The losses of one scan are read off the same runs: intervals need three seeds (design.seeds).",
} as const;
