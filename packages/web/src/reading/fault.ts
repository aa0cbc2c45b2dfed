/** Why a file cannot be read. The page says it in the reader's language, with what to do about it. */
export type Fault =
  | { readonly kind: "type" | "archive" | "zstd" | "empty" | "columnwise" | "no-rows" | "binary" }
  | { readonly kind: "too-large" | "document" | "files"; readonly limit: number }
  | { readonly kind: "rows" | "columns" | "cells"; readonly limit: number }
  | { readonly kind: "line"; readonly line: number; readonly limit: number }
  | { readonly kind: "quote" | "not-object"; readonly line: number }
  | { readonly kind: "ragged"; readonly line: number; readonly expected: number; readonly found: number }
  | { readonly kind: "json"; readonly line?: number; readonly detail: string }
  | { readonly kind: "gzip" | "parquet" | "unreadable"; readonly detail: string };

/** Thrown by whatever reads a file. */
export class ReadFault extends Error {
  override readonly name = "ReadFault";
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.kind);
    this.fault = fault;
  }
}

/** What went wrong, of whatever was thrown while a file was read. */
export function faultOf(error: unknown): Fault {
  if (error instanceof ReadFault) return error.fault;
  return { kind: "unreadable", detail: detailOf(error) };
}

/** The first line of an error's message, of bounded length. */
export function detailOf(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
