import { effect, signal } from "@preact/signals";
import type { StudyObservationsPage } from "isoflop/api";
import { reasonOf } from "../i18n/serverFaults.js";
import { fetchObservations } from "./api.js";
import { chosenStudy } from "./studies.js";

/** Where observations come from: a study that the server shows, or the page itself. */
export type ObservationSource =
  | { readonly kind: "served"; readonly key: string }
  | {
      readonly kind: "dropped";
      /** Of the files. */
      readonly names: readonly string[];
      /** Of a made-up study, instead of files. */
      readonly plantedSeed?: number;
    };

/** What the laws are fitted to, and where it is from. */
export interface Observed extends StudyObservationsPage {
  readonly source: ObservationSource;
}

/** The runs that every view looks at: those of the chosen study, or those that were dropped on the page. */
export const observations = signal<Observed | undefined>(undefined);
export const observationsFailure = signal<string | undefined>(undefined);

/** Fetches what a served study has now; what was dropped stays. */
export async function refreshObservations(key: string): Promise<void> {
  try {
    const page = await fetchObservations(key);
    if (observations.value?.source.kind === "dropped") return;
    observations.value = { ...page, source: { kind: "served", key } };
    observationsFailure.value = undefined;
  } catch (error) {
    observationsFailure.value = reasonOf(error);
  }
}

effect(() => {
  const study = chosenStudy.value;
  if (study !== undefined) void refreshObservations(study.key);
});
