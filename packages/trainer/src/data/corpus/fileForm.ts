import { IsoflopError } from "@isoflop/laws";

/** How a file holds its texts, and how it is packed. */
export interface FileForm {
  readonly kind: "text" | "jsonl" | "parquet";
  readonly packing: "none" | "gzip" | "zstd";
}

const KINDS: readonly (readonly [RegExp, FileForm["kind"]])[] = [
  [/\.(txt|text|md)$/i, "text"],
  [/\.(jsonl|ndjson)$/i, "jsonl"],
  [/\.parquet$/i, "parquet"],
];
const PACKINGS: readonly (readonly [RegExp, FileForm["packing"]])[] = [
  [/\.gz$/i, "gzip"],
  [/\.(zst|zstd)$/i, "zstd"],
];

/** What can be read, for messages. */
export const READABLE = ".txt, .text, .md, .jsonl, .ndjson or .parquet file, each also as .gz or .zst";

/** The form that a name tells; undefined where it is none that we know. */
export function knownForm(name: string): FileForm | undefined {
  const packed = PACKINGS.find(([ending]) => ending.test(name));
  const bare = packed === undefined ? name : name.replace(packed[0], "");
  const kind = KINDS.find(([ending]) => ending.test(bare))?.[1];
  return kind === undefined ? undefined : { kind, packing: packed?.[1] ?? "none" };
}

/** The form of a file that was named by the user: text where the name tells nothing else. Errors: corpus-kind. */
export function namedForm(name: string, place: string): FileForm {
  const known = knownForm(name);
  if (known !== undefined) return known;
  const foreign = FOREIGN.find(([ending]) => ending.test(name));
  if (foreign !== undefined) throw wrongKind(place, foreign[1], foreign[2]);
  return { kind: "text", packing: PACKINGS.find(([ending]) => ending.test(name))?.[1] ?? "none" };
}

const FOREIGN: readonly (readonly [RegExp, string, string])[] = [
  [/\.json(\.gz|\.zst)?$/i, "one JSON value", "Write one object a line: jq -c '.[]' old.json > new.jsonl"],
  [
    /\.(tar|tgz|tar\.gz|tar\.zst)$/i,
    "an archive of files",
    "Unpack it and name its folder; a .tgz may be named by itself.",
  ],
  [/\.(zip|7z|rar)$/i, "an archive of files", "Unpack it and name its folder."],
  [
    /\.(bz2|xz|lz4|br|lzma)$/i,
    "packed in a way that is not read here",
    "Unpack it, or pack it again with gzip or zstd.",
  ],
];

/** First bytes of what is no plain text, and what it is. */
const SIGNATURES: readonly (readonly [string, string, string])[] = [
  ["1f8b", "packed with gzip", "Give it the ending .gz (after .txt, .jsonl or .parquet)."],
  ["28b52ffd", "packed with zstd", "Give it the ending .zst (after .txt, .jsonl or .parquet)."],
  ["50415231", "a Parquet file", "Give it the ending .parquet."],
  ["504b0304", "a zip archive", "Unpack it and name its folder."],
  ["425a68", "packed with bzip2", "Unpack it, or pack it again with gzip or zstd."],
  ["fd377a585a00", "packed with xz", "Unpack it, or pack it again with gzip or zstd."],
  ["25504446", "a PDF", "Extract its text first, for example with pdftotext."],
  ["fffe", "UTF-16 text", "Convert it first: iconv -f UTF-16 -t UTF-8 old.txt > new.txt"],
  ["feff", "UTF-16 text", "Convert it first: iconv -f UTF-16 -t UTF-8 old.txt > new.txt"],
];

/** Throws where the first bytes of a file contradict the form that its name tells. Errors: corpus-kind. */
export function checkSignature(place: string, form: FileForm, first: Uint8Array): void {
  const hex = Buffer.from(first.subarray(0, 8)).toString("hex");
  const wanted = { none: undefined, gzip: "1f8b", zstd: undefined }[form.packing];
  if (wanted !== undefined && !hex.startsWith(wanted)) {
    throw wrongKind(
      place,
      `not a ${form.packing} file, whatever its name says`,
      "Fetch it again, or take the ending off.",
    );
  }
  if (form.packing !== "none" || form.kind === "parquet") return;
  const found = SIGNATURES.find(([bytes]) => hex.startsWith(bytes));
  if (found !== undefined) throw wrongKind(place, found[1], found[2]);
}

export function wrongKind(place: string, what: string, hint: string): IsoflopError {
  return new IsoflopError({ code: "corpus-kind", message: `${place} is ${what}.`, hint });
}
