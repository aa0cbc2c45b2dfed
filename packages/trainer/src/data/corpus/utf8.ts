import { isUtf8 } from "node:buffer";
import { IsoflopError } from "@isoflop/laws";

/**
 * Byte offset of the first sequence that is not UTF-8, or -1. A streaming decoder does not object to a sequence that
 * is only cut short, so "the first n bytes decode" falls from true to false exactly once as n grows: bisect it.
 */
export function firstInvalidUtf8(bytes: Uint8Array): number {
  if (isUtf8(bytes)) return -1;
  const decodes = (length: number): boolean => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (middle <= bytes.length && decodes(middle)) good = middle;
    else bad = middle;
  }
  // Before the byte that shows the error there may be a character left unfinished: that is where the error begins.
  let start = good;
  if (!isUtf8(bytes.subarray(0, start))) {
    do start--;
    while (start > 0 && isContinuation(bytes[start]));
  }
  return start;
}

/** Whether a byte is the second, third or fourth of a character. */
export function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/**
 * Throws unless the bytes are UTF-8 text without NUL (the separator between documents of bytes, and the mark of a binary
 * file). `offset` is where the bytes begin in their document.
 */
export function checkText(name: string, bytes: Uint8Array, offset = 0): void {
  const nul = bytes.indexOf(0);
  const invalid = firstInvalidUtf8(bytes);
  if (invalid >= 0 && (nul < 0 || invalid < nul)) {
    const byte = (bytes[invalid] ?? 0).toString(16).padStart(2, "0");
    throw new IsoflopError({
      code: "corpus-not-utf8",
      message: `${name} is not UTF-8: invalid byte 0x${byte} at byte offset ${offset + invalid}.`,
      hint: "Convert the file first, for example: iconv -f LATIN1 -t UTF-8 old.txt > new.txt",
    });
  }
  if (nul >= 0) {
    throw new IsoflopError({
      code: "corpus-nul-byte",
      message: `${name} holds a NUL byte at byte offset ${offset + nul}: it looks like a binary file, not text.`,
      hint: "Name text files only, for example with a glob such as 'texts/**/*.txt'. UTF-16 text must be converted to UTF-8.",
    });
  }
}
