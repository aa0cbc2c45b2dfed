import type { AllocationFit, DataConstrainedFit } from "@isoflop/laws";
import { computed, signal } from "@preact/signals";
import type { Embeddings } from "./embeddings.js";

/** A fit made in the page, for others than the view that made it. */
export interface FittedLaw {
  /** Names it in an address: the same again when the same runs are fitted in the same way. */
  readonly key: string;
  /** As the reader knows it: the study and the procedure. */
  readonly name: string;
  /** With its draws, so that plans have intervals. */
  readonly fit: AllocationFit | DataConstrainedFit;
  /** Of its runs' shapes, where its N leaves the embeddings out. */
  readonly embeddings?: Embeddings;
  /** The reader has asked for another count of N or C than the runs' own. */
  readonly recounted?: true;
}

/** The fits of the studies and files that are open, newest first. */
export const fittedLaws = signal<readonly FittedLaw[]>([]);

/** Those that count as their runs do: what is drawn among the runs as they come. */
export const ownLaws = computed(() => fittedLaws.value.filter(({ recounted }) => !recounted));
