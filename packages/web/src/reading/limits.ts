/**
 * What the page reads at most: a browser's tab holds it all in memory. `isoflop fit` reads files of any size.
 */
export const LIMITS = {
  files: 200,
  /** Bytes of all files together, unpacked. */
  bytes: 256 * 2 ** 20,
  /** Bytes of one JSON document: it is parsed whole. */
  document: 64 * 2 ** 20,
  /** Characters of one line, or of one row of quoted cells. */
  line: 4 * 2 ** 20,
  rows: 1_000_000,
  columns: 4_000,
  cells: 12_000_000,
  /** Objects within objects. */
  depth: 16,
} as const;
export type Limits = { readonly [Name in keyof typeof LIMITS]: number };
