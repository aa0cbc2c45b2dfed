import { computed, effect, signal, untracked } from "@preact/signals";
import { reasonOf } from "../i18n/serverFaults.js";
import { fetchObservations } from "./api.js";
import type { Counting } from "./countings.js";
import type { VersionedPage } from "./observationsChange.js";
import { chosenKey } from "./studies.js";

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
export interface Observed extends VersionedPage {
  readonly source: ObservationSource;
  /** How N and C count, where the reader has asked for another count than the source's own. */
  readonly recounted?: Counting;
}

/** The runs that every view looks at: those of the chosen study, or those that were dropped on the page. */
export const observations = signal<Observed | undefined>(undefined);
export const observationsFailure = signal<string | undefined>(undefined);

/** The runs of the chosen study that are shown; undefined while it is another one's, or what was dropped. */
const shownOf = (key: string): Observed | undefined => {
  const shown = observations.peek();
  return shown?.source.kind === "served" && shown.source.key === key ? shown : undefined;
};

/** The runs of the chosen study, unless files that were dropped are looked at. */
export const studyObservations = computed((): Observed | undefined => {
  const shown = observations.value;
  return shown?.source.kind === "served" && shown.source.key === chosenKey.value ? shown : undefined;
});

/** Looks at the runs of the chosen study again, in the place of dropped files. */
export function showStudy(): void {
  if (observations.peek()?.source.kind === "dropped") observations.value = undefined;
  const key = chosenKey.peek();
  if (key !== undefined) void refreshObservations(key);
}

/** Fetches what a served study has now; what was dropped stays, and so does another study that was chosen meanwhile. */
export async function refreshObservations(key: string): Promise<void> {
  try {
    const page = await fetchObservations(key, shownOf(key));
    if (observations.value?.source.kind === "dropped" || chosenKey.peek() !== key) return;
    observations.value = { ...page, source: { kind: "served", key } };
    observationsFailure.value = undefined;
  } catch (error) {
    if (chosenKey.peek() !== key) return;
    observationsFailure.value = reasonOf(error);
  }
}

// Another study's runs, and the laws through them, are not this one's while it is asked for its own.
effect(() => {
  const key = chosenKey.value;
  if (key === undefined) return;
  untracked(() => {
    if (observations.value?.source.kind === "served" && shownOf(key) === undefined) observations.value = undefined;
    observationsFailure.value = undefined;
    void refreshObservations(key);
  });
});
