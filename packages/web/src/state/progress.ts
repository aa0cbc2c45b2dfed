import { effect, signal } from "@preact/signals";
import type { StudyProgress } from "isoflop/api";
import { fetchProgress, SERVED } from "./api.js";
import { route } from "./route.js";
import { studies } from "./studies.js";

/** How far each study that the server shows is, by key, as it last said. */
export const progressOfAll = signal<ReadonlyMap<string, StudyProgress>>(new Map());

/** Between an answer and the next question. */
const AGAIN_MS = 3000;

// Asked of while several studies are looked at.
effect(() => {
  if (!SERVED || (studies.value?.length ?? 0) < 2 || route.value.view !== "study") return;
  let wanted = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = async (): Promise<void> => {
    if (document.visibilityState === "visible") {
      // Where there is no answer, the head of the page says that the connection is lost.
      const told = await fetchProgress().catch(() => undefined);
      if (wanted && told !== undefined) progressOfAll.value = new Map(told.map((one) => [one.key, one]));
    }
    if (wanted) timer = setTimeout(ask, AGAIN_MS);
  };
  void ask();
  return () => {
    wanted = false;
    clearTimeout(timer);
  };
});
