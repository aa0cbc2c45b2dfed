const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[ -/]*[@-~]`, "g");
/** torchrun's --tee and --log-rank-filter put this before what a rank says. */
const RANK = /^\[(?:rank|default)\d+\]:\s?/;
/** A progress bar without an end must not grow in memory. */
const LONGEST = 1_000_000;

/** Lines of a program's output as they become whole: a carriage return ends one too, and colours and ranks are taken off. */
export function lineSplitter(onLine: (line: string) => void) {
  let rest = "";
  const give = (line: string) => onLine(line.replaceAll(ESCAPES, "").replace(RANK, "").trimEnd());
  return {
    push(text: string): void {
      const lines = (rest + text).split(/\r\n|\n|\r/);
      rest = (lines.pop() ?? "").slice(-LONGEST);
      for (const line of lines) give(line);
    },
    end(): void {
      if (rest !== "") give(rest);
      rest = "";
    },
  };
}

/** A number as programs print it: 5,431 has a comma, and nan and inf are numbers too. Undefined for other words. */
export function printedNumber(text: string): number | undefined {
  const word = text.replaceAll(",", "").toLowerCase();
  if (/^[+-]?nan$/.test(word)) return Number.NaN;
  if (/^[+-]?inf(inity)?$/.test(word))
    return word.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(word) ? Number(word) : undefined;
}
