import type { LossUnit } from "@isoflop/figures";
import type { AllocationFit, DataConstrainedFit, FitWarning } from "@isoflop/laws";
import { computed, signal } from "@preact/signals";
import type { Embeddings } from "./embeddings.js";
import { fittedRuns } from "./fittedRuns.js";
import { type ObservationSource, observations } from "./observations.js";

/** A fit made in the page, for others than the view that made it. */
export interface FittedLaw {
  /** Names it in an address: the same again when the same runs are fitted in the same way. */
  readonly key: string;
  /** What the study or file is called. */
  readonly study: string;
  /** With its draws, so that plans have intervals. */
  readonly fit: AllocationFit | DataConstrainedFit;
  /** Of its losses, where they are not nats per token. */
  readonly lossUnit?: LossUnit;
  /** Of its runs' shapes, where its N leaves the embeddings out. */
  readonly embeddings?: Embeddings;
  /** Of the runs themselves: what must be known of them before it is believed. */
  readonly warnings?: readonly FitWarning[];
  /** How many runs the reader has left out of it. */
  readonly leftOut?: number;
  /** The reader has asked for another count of N or C than the runs' own. */
  readonly recounted?: true;
}

const told = signal<{ readonly of: string; readonly laws: readonly FittedLaw[] }>({ of: "", laws: [] });

const nameOf = (source: ObservationSource | undefined): string => JSON.stringify(source ?? null);

/** The fits of the runs that are looked at, newest first: those of another study, or of other files, are none. */
export const fittedLaws = computed((): readonly FittedLaw[] => {
  const shown = observations.value;
  const { of, laws } = told.value;
  return shown !== undefined && fittedRuns(shown).length > 0 && of === nameOf(shown.source) ? laws : [];
});

/** Those that count as their runs do: what is drawn among the runs as they come. */
export const ownLaws = computed(() => fittedLaws.value.filter(({ recounted }) => !recounted));

/** Tells the fits of runs from a source. */
export function tellFits(source: ObservationSource | undefined, laws: readonly FittedLaw[]): void {
  told.value = { of: nameOf(source), laws };
}
