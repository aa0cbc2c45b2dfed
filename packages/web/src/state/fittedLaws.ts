import type { LossUnit } from "@isoflop/figures";
import type { AllocationFit, DataConstrainedFit } from "@isoflop/laws";
import { signal } from "@preact/signals";

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
}

/** The fits of the studies and files that are open, newest first. */
export const fittedLaws = signal<readonly FittedLaw[]>([]);
