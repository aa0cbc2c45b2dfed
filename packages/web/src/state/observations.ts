import type { CountingConvention, RunRecord } from "@isoflop/laws";
import { signal } from "@preact/signals";
import type { RecordRole } from "isoflop/api";

/** Where observations come from: a study that the server shows, files that were dropped, or a made-up study. */
export type ObservationSource =
  | { readonly kind: "study"; readonly key: string }
  | { readonly kind: "files"; readonly names: readonly string[] }
  | { readonly kind: "planted"; readonly seed: number };

/** What the laws are fitted to. */
export interface Observed {
  readonly title: string;
  readonly convention: CountingConvention;
  readonly records: readonly RunRecord[];
  readonly holdouts: readonly (RunRecord & { readonly role: RecordRole })[];
  /** A run's name by its id. */
  readonly names: Readonly<Record<string, string>>;
  /** Runs, or rows of files, that no fit sees. */
  readonly dropped: readonly { readonly id: string; readonly name: string; readonly reason: string }[];
  readonly source: ObservationSource;
}

/** What the page looks at; undefined before anything was read. */
export const observations = signal<Observed | undefined>(undefined);
