import type { ApproachFit } from "@isoflop/laws/procedures";
import { signal } from "@preact/signals";

/** The newest fits to the observations; undefined while there are none. */
export const fittedLaws = signal<readonly ApproachFit[] | undefined>(undefined);
