import { IsoflopError } from "../error.js";

/** More than these are no table of runs; each is an object in memory, and fits take time in proportion. */
const MOST = 500_000;

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

/** Errors: too-many-rows. */
export function checkNumber(source: string, count: number, what: "rows" | "runs"): void {
  if (count <= MOST) return;
  const number = (value: number) => value.toLocaleString("en-US");
  throw new IsoflopError({
    code: "too-many-rows",
    message: `${source} has ${number(count)} ${what === "rows" ? "rows that are observations" : what}; at most ${number(MOST)} can be fitted.`,
    hint:
      what === "rows"
        ? 'If they are training curves, say which column names the run (--columns run=run_id), so that each run counts once; otherwise choose some: --where "step % 1000 = 0".'
        : 'Choose some, for example --where "seed = 0".',
  });
}
