import { type CountingConvention, IsoflopError } from "@isoflop/laws";

/** How N and C of all imported runs are counted. */
export const COUNTINGS = ["6N", "6N-non-embedding", "kaplan", "hoffmann", "logged"] as const;
export type Counting = (typeof COUNTINGS)[number];

/** Errors: counting. */
export function parseCounting(text: string): Counting {
  const counting = COUNTINGS.find((name) => name === text);
  if (counting !== undefined) return counting;
  throw new IsoflopError({
    code: "counting",
    message: `--counting: there is no ${JSON.stringify(text)}.`,
    hint: `Known: ${COUNTINGS.join(", ")}. docs/import.md says what each counts.`,
  });
}

/** The convention of @isoflop/laws that a counting is. */
export const CONVENTION: Readonly<Record<Counting, CountingConvention>> = {
  "6N": { parameters: "total", flops: "6N" },
  "6N-non-embedding": { parameters: "non-embedding", flops: "6N" },
  kaplan: { parameters: "non-embedding", flops: "kaplan" },
  hoffmann: { parameters: "total", flops: "hoffmann" },
  logged: { parameters: "given", flops: "given" },
};
