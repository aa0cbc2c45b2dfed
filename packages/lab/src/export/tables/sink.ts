import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";

/** A file that is written piece by piece, and waited for where the disk is slower. */
export interface Sink {
  readonly add: (text: string) => void;
  /** To be called now and then: hands over what was added, and waits for room. */
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export function fileSink(path: string): Sink {
  const out = createWriteStream(path);
  const done = finished(out);
  // Its error is thrown by whoever awaits it last.
  done.catch(() => {});
  let pieces: string[] = [];
  const flush = async (): Promise<void> => {
    if (pieces.length === 0) return;
    const whole = pieces.join("");
    pieces = [];
    if (!out.write(whole)) await Promise.race([new Promise<void>((free) => out.once("drain", () => free())), done]);
  };
  return {
    add: (text) => void pieces.push(text),
    flush,
    close: async () => {
      await flush();
      out.end();
      await done;
    },
  };
}
