import type { RunRecord } from "@isoflop/laws";

const COLUMNS: readonly { readonly name: string; readonly of: (record: RunRecord) => string | number | undefined }[] = [
  { name: "id", of: ({ id }) => id },
  { name: "run", of: ({ run }) => run },
  { name: "parameters", of: ({ parameters }) => parameters },
  { name: "tokens", of: ({ tokens }) => tokens },
  { name: "flops", of: ({ flops }) => flops },
  { name: "loss", of: ({ loss }) => loss },
  { name: "budget", of: ({ budget }) => budget },
  { name: "seed", of: ({ seed }) => seed },
  { name: "unique_tokens", of: ({ uniqueTokens }) => uniqueTokens },
];

/** Records as CSV (RFC 4180), with the columns that any of them has; without their curves. */
export function recordsCsv(records: readonly RunRecord[]): string {
  const used = COLUMNS.filter(({ of }) => records.some((record) => of(record) !== undefined));
  const lines = records.map((record) => used.map(({ of }) => cellText(of(record))).join(","));
  return `${[used.map(({ name }) => name).join(","), ...lines].join("\r\n")}\r\n`;
}

/** A name that a spreadsheet would run as a formula gets an apostrophe before it. */
function cellText(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
