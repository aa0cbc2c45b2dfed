import { closeSync, openSync, readSync } from "node:fs";
import { IsoflopError } from "@isoflop/laws/error";

/** Longer lines are no metrics: their bytes are passed over, not held. */
const LONGEST = 8 * 2 ** 20;
const PIECE = 2 ** 18;
const LINE_END = 10;

export interface NumberedLine {
  /** Counted from 1. */
  readonly number: number;
  /** Undefined of a line that is too long to be held. */
  readonly text: string | undefined;
  /** No line end follows: a program is still writing it, or was killed. */
  readonly last: boolean;
}

/** Errors: file-encoding, where a file begins with the mark of UTF-16. */
function refuseWide(path: string, start: Buffer): void {
  const [first, second] = start;
  if (!((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))) return;
  throw new IsoflopError({
    code: "file-encoding",
    message: `${path} is UTF-16, and not UTF-8.`,
    hint: "Write it anew: iconv -f UTF-16 -t UTF-8.",
  });
}

/**
 * The lines of a file of any size, in bounded memory, without the mark that may begin it. Read as it is asked for: of
 * thousands of small files the waiting would take longer than the reading. Errors: file-encoding.
 */
export function* numberedLines(path: string): Generator<NumberedLine, void, undefined> {
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.allocUnsafe(PIECE);
    let [pieces, held, number] = [[] as Buffer[], 0, 1];
    const line = (text: string, last: boolean): NumberedLine => {
      const bare = number === 1 && text.startsWith("\uFEFF") ? text.slice(1) : text;
      return { number: number++, text: bare.endsWith("\r") ? bare.slice(0, -1) : bare, last };
    };
    const take = (last: boolean): NumberedLine => {
      const found =
        held > LONGEST ? { number: number++, text: undefined, last } : line(Buffer.concat(pieces).toString(), last);
      [pieces, held] = [[], 0];
      return found;
    };
    const hold = (from: number, to: number): void => {
      held += to - from;
      // A copy: the next piece of the file takes the place of this one.
      if (held <= LONGEST) pieces.push(Buffer.from(chunk.subarray(from, to)));
      else pieces = [];
    };
    for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
      if (number === 1 && held === 0) refuseWide(path, chunk.subarray(0, size));
      let first = chunk.indexOf(LINE_END);
      if (first >= size) first = -1;
      if (first < 0) {
        hold(0, size);
        continue;
      }
      hold(0, first);
      yield take(false);
      const last = chunk.lastIndexOf(LINE_END, size - 1);
      if (last > first) {
        // All whole lines at once: no sign of several bytes holds a line end.
        for (const text of chunk.toString("utf8", first + 1, last).split("\n")) yield line(text, false);
      }
      if (last + 1 < size) hold(last + 1, size);
    }
    if (held > 0) yield take(true);
  } finally {
    closeSync(file);
  }
}
