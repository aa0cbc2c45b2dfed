/** Kinds of files by their endings. */
export type Format = "csv" | "tsv" | "json" | "jsonl" | "parquet";
const FORMATS: Readonly<Record<string, Format>> = {
  csv: "csv",
  txt: "csv",
  tsv: "tsv",
  json: "json",
  jsonl: "jsonl",
  ndjson: "jsonl",
  parquet: "parquet",
};

/** What the file picker offers; the drop takes the same. */
export const ACCEPTED = [...Object.keys(FORMATS), "gz"].map((ending) => `.${ending}`).join(",");

/** A text without a name, as it comes from the clipboard: JSON begins with a bracket. */
export function pastedFile(text: string): File {
  const isJson = /^\s*[[{]/.test(text);
  return new File([text], isJson ? "pasted.json" : "pasted.csv");
}

/** The kind that a file's name tells, packed or not. */
export const formatOf = (name: string): Format | undefined =>
  FORMATS[
    name
      .toLowerCase()
      .replace(/\.(gz|zst)$/, "")
      .split(".")
      .at(-1) ?? ""
  ];
