import { IsoflopError } from "@isoflop/laws";
import { type CorpusFile, unpackedBytes } from "./corpusFile.js";
import { cutDocument } from "./cut.js";
import type { Piece } from "./documents.js";
import { checkText } from "./utf8.js";

/** One line is parsed as a whole: longer ones would take the memory. */
const LONGEST_LINE = 2 ** 26;

/**
 * A file of one JSON object a line, each with its text in `field`; blank lines are passed over.
 * Errors: corpus-json, corpus-field, corpus-line-too-long, corpus-not-utf8, corpus-nul-byte, and those of unpackedBytes.
 */
export async function* jsonlPieces(file: CorpusFile, field: string): AsyncGenerator<Piece[]> {
  let row = 0;
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of unpackedBytes(file)) {
    const pieces: Piece[] = [];
    let start = 0;
    for (let end = part.indexOf(10); end >= 0; end = part.indexOf(10, start)) {
      const tail = part.subarray(start, end);
      row++;
      checkLength(file, row, length + tail.length);
      pieces.push(
        ...cutDocument(lineText(file, row, parts.length === 0 ? tail : Buffer.concat([...parts, tail]), field), row),
      );
      parts = [];
      length = 0;
      start = end + 1;
    }
    parts.push(part.subarray(start));
    length += part.length - start;
    checkLength(file, row + 1, length);
    if (pieces.length > 0) yield pieces;
  }
  row++;
  if (length > 0) yield [...cutDocument(lineText(file, row, Buffer.concat(parts), field), row)];
}

const NOTHING = new Uint8Array(0);

function lineText(file: CorpusFile, row: number, line: Uint8Array, field: string): Uint8Array {
  const place = `${file.place}:${row}`;
  checkText(place, line);
  const whole = new TextDecoder().decode(line).trim();
  if (whole === "") return NOTHING;
  let value: unknown;
  try {
    value = JSON.parse(whole);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const pretty = row === 1 && /^[[{]$/.test(whole);
    throw new IsoflopError({
      code: "corpus-json",
      message: `${place}: the line is not JSON (${why}).`,
      hint: pretty
        ? "It looks like one JSON value over many lines; write one object a line: jq -c '.[]' old.json > new.jsonl"
        : "Every line must be one whole JSON object; a last line that was cut off can be deleted.",
      cause,
    });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new IsoflopError({
      code: "corpus-json",
      message: `${place}: the line is ${nameOf(value)}, not an object with a text in it.`,
      hint: Array.isArray(value)
        ? "Write one object a line: jq -c '.[]' old.json > new.jsonl"
        : 'Write lines such as {"text": "…"}.',
    });
  }
  return fieldText(place, value as Readonly<Record<string, unknown>>, field);
}

function fieldText(place: string, object: Readonly<Record<string, unknown>>, field: string): Uint8Array {
  const text = Object.hasOwn(object, field) ? object[field] : undefined;
  if (typeof text !== "string") {
    const strings = Object.keys(object).filter((key) => typeof object[key] === "string");
    throw new IsoflopError({
      code: "corpus-field",
      message: `${place}: the field ${JSON.stringify(field)} is ${text === undefined ? "not there" : `${nameOf(text)}, not text`}.`,
      hint: fieldHint(strings),
    });
  }
  // JSON may write half of a surrogate pair, which UTF-8 cannot.
  if (/\p{Surrogate}/u.test(text)) {
    throw new IsoflopError({
      code: "corpus-not-utf8",
      message: `${place}: the text holds half a character (an unpaired surrogate \\ud800 to \\udfff).`,
      hint: "Delete it or write the whole character; whoever made the file cut the text inside a character.",
    });
  }
  const bytes = Buffer.from(text, "utf8");
  checkText(place, bytes);
  return bytes;
}

/** How to name the field of the texts, with what there is. */
export function fieldHint(strings: readonly string[]): string {
  if (strings.length === 0) return "Leave the file out, or say where its texts are: data.field.";
  return `Say where the texts are: data.field: ${strings.slice(0, 8).join(" | ")}`;
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function checkLength(file: CorpusFile, row: number, length: number): void {
  if (length <= LONGEST_LINE) return;
  throw new IsoflopError({
    code: "corpus-line-too-long",
    message: `${file.place}:${row}: the line is longer than ${LONGEST_LINE / 2 ** 20} MiB.`,
    hint: "A JSONL file has one document a line; cut this one into several, or check that the lines end with a newline.",
  });
}
