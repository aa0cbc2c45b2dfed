import { createReadStream } from "node:fs";

/** Longer lines are no metrics: their bytes are passed over, not held. */
const LONGEST = 8 * 2 ** 20;

export interface NumberedLine {
  /** Counted from 1. */
  readonly number: number;
  /** Undefined of a line that is too long to be held. */
  readonly text: string | undefined;
  /** No line end follows: a program is still writing it, or was killed. */
  readonly last: boolean;
}

/** The lines of a file of any size, in bounded memory. */
export async function* numberedLines(path: string): AsyncGenerator<NumberedLine, void, undefined> {
  let [pieces, held, number] = [[] as Buffer[], 0, 1];
  const take = (last: boolean): NumberedLine => {
    const text = held > LONGEST ? undefined : Buffer.concat(pieces).toString("utf8").replace(/\r$/, "");
    [pieces, held] = [[], 0];
    return { number: number++, text, last };
  };
  const add = (piece: Buffer): void => {
    held += piece.length;
    if (held <= LONGEST) pieces.push(piece);
    else pieces = [];
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 18 }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      add(chunk.subarray(from, end));
      yield take(false);
      from = end + 1;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  }
  if (held > 0) yield take(true);
}
