import { effect, signal } from "@preact/signals";
import type { CurveUpdate, LiveEvents } from "isoflop/api";
import { eventsOf, SERVED } from "./api.js";
import { afterEvent, afterUpdate, type Curve, type LiveStudy } from "./liveStore.js";
import { observations, observationsFailure, refreshObservations } from "./observations.js";
import { chosenKey, loadStudies } from "./studies.js";

/** The chosen study as its server tells it; undefined until it has. */
export const liveStudy = signal<LiveStudy | undefined>(undefined);
/** Whether what is shown is of this moment. */
export const connection = signal<"connecting" | "open" | "lost">("connecting");

/** Thousands of curves change every second: they are no signal, and whoever draws them listens. */
const curves = new Map<string, Curve>();
const listeners = new Set<(updates: readonly CurveUpdate[]) => void>();

export const curveOf = (id: string): Curve => curves.get(id) ?? [];
export const allCurves = (): ReadonlyMap<string, Curve> => curves;

/** Tells of every update of curves; returns how to stop. */
export function onCurves(listener: (updates: readonly CurveUpdate[]) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function takeCurves(updates: readonly CurveUpdate[]): void {
  for (const update of updates) curves.set(update.id, afterUpdate(curves.get(update.id), update));
  for (const listener of listeners) listener(updates);
}

/** A page that nobody looks at gives its connection back after so long: a browser has six for one server. */
const HIDDEN_MS = 20_000;
/** Where the browser does not try again by itself. */
const AGAIN_MS = 5000;

/** Follows a study until it is told to stop. */
function follow(key: string): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const close = (): void => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const open = (): void => {
    close();
    const opened = new EventSource(eventsOf(key));
    source = opened;
    const on = <Name extends keyof LiveEvents>(name: Name, take: (data: LiveEvents[Name]) => void): void => {
      opened.addEventListener(name, (event) => {
        if (source === opened) take(JSON.parse(event.data));
      });
    };
    for (const name of ["snapshot", "state", "runs", "gone"] as const) {
      on(name, (data) => {
        liveStudy.value = afterEvent(liveStudy.value, name, data);
      });
    }
    on("snapshot", ({ runs }) => {
      connection.value = "open";
      // What it had is sent anew, run by run: only those that are gone need to be let go.
      const there = new Set(runs.map(({ id }) => id));
      for (const id of curves.keys()) if (!there.has(id)) curves.delete(id);
    });
    on("gone", (ids) => {
      for (const id of ids) curves.delete(id);
    });
    on("curves", takeCurves);
    opened.addEventListener("error", () => {
      if (source !== opened) return;
      connection.value = "lost";
      if (opened.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, AGAIN_MS);
      // It answers, and not with this study: it may have been started anew with others.
      loadStudies();
    });
  };
  const onVisibility = (): void => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") {
      timer = setTimeout(() => {
        close();
        connection.value = "connecting";
      }, HIDDEN_MS);
    } else if (source === undefined || source.readyState === EventSource.CLOSED) open();
  };
  document.addEventListener("visibilitychange", onVisibility);
  open();
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    close();
  };
}

effect(() => {
  const key = chosenKey.value;
  liveStudy.value = undefined;
  connection.value = "connecting";
  curves.clear();
  if (!SERVED || key === undefined) return;
  return follow(key);
});

/** Between two readings of all records at the least; and so many times what the last one took, for those of many runs are megabytes. */
const REFRESH_MS = 2000;
const REST = 4;
let refreshing = false;

async function refresh(key: string): Promise<void> {
  refreshing = true;
  const began = performance.now();
  await refreshObservations(key);
  const rest = Math.max(REFRESH_MS, REST * (performance.now() - began));
  setTimeout(() => {
    refreshing = false;
    // Asked again of the newest state: it may have changed meanwhile.
    if (liveStudy.value !== undefined) liveStudy.value = { ...liveStudy.value };
  }, rest);
}

// When a run has ended, what the laws are fitted to is fetched anew.
effect(() => {
  const state = liveStudy.value?.state;
  const shown = observations.value;
  if (state === undefined || refreshing || shown?.source.kind === "dropped") return;
  const older = shown?.source.key === state.key && shown.mark !== state.observations;
  if (older || observationsFailure.value !== undefined) void refresh(state.key);
});
