import { computed } from "@preact/signals";
import { observations } from "../../state/observations.js";
import { type AskedCounting, countingOf, recounted } from "./counting.js";
import { lawsState } from "./lawsStore.js";

const asked = computed((): string => {
  const { parameters, flops } = lawsState.value;
  return JSON.stringify({ parameters, flops } satisfies AskedCounting);
});

/** What the laws are fitted to: what is observed, counted as the reader wants it. */
export const counted = computed(() => {
  const observed = observations.value;
  return observed && recounted(observed, JSON.parse(asked.value));
});

/** How that counts, and what it could be switched to. */
export const counting = computed(() => {
  const observed = observations.value;
  return observed && countingOf(observed, JSON.parse(asked.value));
});
