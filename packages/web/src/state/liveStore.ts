import type { CurveUpdate, LiveEvents, LiveRun, StudyState } from "isoflop/api";

/** step, loss, step, loss, …: steps ascending. */
export type Curve = readonly number[];

/** What the page knows of a study that is watched. */
export interface LiveStudy {
  readonly state: StudyState;
  readonly runs: ReadonlyMap<string, LiveRun>;
}

/** Numbers of a curve from which on every other point is let go: more than a screen is wide. */
const MOST_NUMBERS = 4000;
/** Numbers at its beginning that stay: on a logarithmic axis the first steps have the most room. */
const KEPT = 400;

/** The study after an event; undefined before its first snapshot, whatever comes. */
export function afterEvent<Name extends keyof LiveEvents>(
  study: LiveStudy | undefined,
  event: Name,
  data: LiveEvents[Name],
): LiveStudy | undefined {
  const news = { event, data } as Message;
  if (news.event === "snapshot") {
    const { runs, ...state } = news.data;
    return { state, runs: new Map(runs.map((run) => [run.id, run])) };
  }
  if (study === undefined) return undefined;
  if (news.event === "state") return { ...study, state: news.data };
  if (news.event === "curves") return study;
  const runs = new Map(study.runs);
  if (news.event === "gone") for (const id of news.data) runs.delete(id);
  else for (const run of news.data) runs.set(run.id, run);
  return { ...study, runs };
}

type Message = {
  readonly [Name in keyof LiveEvents]: { readonly event: Name; readonly data: LiveEvents[Name] };
}[keyof LiveEvents];

/** A curve after an update. */
export function afterUpdate(curve: Curve | undefined, { whole, points }: CurveUpdate): Curve {
  if (whole || curve === undefined) return points;
  const all = [...curve, ...points];
  if (all.length <= MOST_NUMBERS) return all;
  return all.filter((_, i) => i < KEPT || (i >> 1) % 2 === 0 || i >= all.length - 2);
}

/** What a tab is called: how far the study is, so that it is seen from another one. */
export function pageTitle(view: string, study: LiveStudy | undefined): string {
  if (study === undefined || study.state.kind !== "study" || study.runs.size === 0) return `${view} · isoflop`;
  const ended = [...study.runs.values()].filter(({ status }) => status === "done" || status === "diverged").length;
  return `${ended}/${study.runs.size} ${study.state.name} · ${view} · isoflop`;
}
