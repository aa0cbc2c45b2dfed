import { computed, signal } from "@preact/signals";
import type { StudyListing } from "isoflop/api";
import { reasonOf } from "../i18n/serverFaults.js";
import { listStudies } from "./api.js";
import { route } from "./route.js";

/** What the server shows; undefined while it has not said. */
export const studies = signal<readonly StudyListing[] | undefined>(undefined);
export const studiesFailure = signal<string | undefined>(undefined);

/** Where there was no answer yet. */
const AGAIN_MS = 5000;

export function loadStudies(): void {
  listStudies().then(
    (listed) => {
      studies.value = listed;
      studiesFailure.value = undefined;
    },
    (error: unknown) => {
      studiesFailure.value = reasonOf(error);
      if (studies.value === undefined) setTimeout(loadStudies, AGAIN_MS);
    },
  );
}

/** The study that the address names, else the first. */
export const chosenStudy = computed((): StudyListing | undefined => {
  const key = route.value.params.get("study");
  return studies.value?.find((study) => study.key === key) ?? studies.value?.[0];
});

/** Its key: a list that was fetched anew, or another name, is no other choice. */
export const chosenKey = computed((): string | undefined => chosenStudy.value?.key);
