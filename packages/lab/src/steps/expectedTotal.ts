import type { Study } from "../study/schema.js";
import type { Expectation, ExpectedRun } from "./expect.js";
import type { Speed } from "./speed.js";

/** What a study will take in all, and cost. */
export interface ExpectedTotal {
  readonly flops: number;
  /** Hours of one accelerator, or of one core; absent where no speed is known. */
  readonly hours?: number;
  /** What an hour is of: "H100", "core". */
  readonly device: string;
  /** Where a price is given. */
  readonly cost?: { readonly amount: number; readonly perHour: number; readonly currency: string };
}

interface Expected {
  readonly runs: readonly ExpectedRun[];
  readonly sweep: Expectation["sweep"] | undefined;
  readonly speed: Speed | undefined;
}

/** Of the sweep its most, of the hold-outs what is expected of them. */
export function expectedTotal(
  { hardware, executor }: Study,
  { runs, sweep, speed }: Expected,
  askedPrice: number | undefined,
): ExpectedTotal {
  const swept = sweep === undefined ? 0 : sweep.trials * sweep.trialFlops;
  const flops = runs.reduce((sum, run) => sum + run.flops, 0) + swept;
  const accelerator = hardware?.accelerator;
  const device = accelerator?.accelerator.name ?? "core";
  if (speed === undefined) return { flops, device };
  const trained = runs.reduce((sum, { seconds = 0 }) => sum + seconds, 0);
  // The sweep's own time is that of its workers; its trials take as long as their share of the FLOPs.
  const seconds = trained * (1 + swept / (flops - swept));
  const hours = (seconds * (accelerator?.count ?? executor.threads)) / 3600;
  const perHour = askedPrice ?? hardware?.price;
  if (perHour === undefined) return { flops, hours, device };
  return { flops, hours, device, cost: { amount: hours * perHour, perHour, currency: hardware?.currency ?? "USD" } };
}
