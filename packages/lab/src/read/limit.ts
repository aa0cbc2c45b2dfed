import { IsoflopError } from "@isoflop/laws";

/** What a table may have before runs are made of its rows: a small compressed file can hold rows for hours of reading. */
export const MOST_READ = 100_000_000;

/** Errors: too-many-rows. */
export function checkRead(source: string, rows: number, most: number): void {
  if (rows <= most) return;
  throw new IsoflopError({
    code: "too-many-rows",
    message: `${source} has more than ${most.toLocaleString("en-US")} rows, and is not read further.`,
    hint: "Divide it into several files, each with the rows of some runs, or keep fewer steps of each run.",
  });
}
