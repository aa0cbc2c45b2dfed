import type {
  ApiError,
  ControlOutcome,
  ControlRequest,
  ObservationsAnswer,
  RunDetails,
  StudyListing,
  StudyProgress,
} from "isoflop/api";
import { afterChange, type VersionedPage } from "./observationsChange.js";

/** Whether a server stands behind the page: the static site has none. */
export const SERVED = import.meta.env.MODE !== "site";

/** What the server refused, as it said it. */
export class RefusedRequest extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  constructor({ error }: ApiError) {
    super(error.message);
    this.code = error.code;
    this.hint = error.hint;
  }
}

async function answer<T>(response: Response): Promise<T> {
  const body: unknown = await response.json();
  if (!response.ok) throw new RefusedRequest(body as ApiError);
  return body as T;
}

const of = (key: string): string => `./api/studies/${encodeURIComponent(key)}`;

export const listStudies = async (): Promise<readonly StudyListing[]> =>
  SERVED ? answer(await fetch("./api/studies")) : [];
export const fetchProgress = async (): Promise<readonly StudyProgress[]> => answer(await fetch("./api/progress"));
/** All observations of a study; of one that is held already, only what has changed since comes over. */
export async function fetchObservations(key: string, held?: VersionedPage): Promise<VersionedPage> {
  const place = `${of(key)}/observations`;
  const since = held?.version;
  if (held === undefined || since === undefined) return answer(await fetch(place));
  const news = await answer<ObservationsAnswer>(await fetch(`${place}?since=${encodeURIComponent(since)}`));
  return "since" in news ? (afterChange(held, news) ?? answer(await fetch(place))) : news;
}
export const fetchRun = async (key: string, id: string): Promise<RunDetails> =>
  answer(await fetch(`${of(key)}/runs/${encodeURIComponent(id)}`));
/** The address of a study's server-sent events. */
export const eventsOf = (key: string): string => `${of(key)}/events`;
export const sendControl = async (key: string, asked: ControlRequest): Promise<ControlOutcome> =>
  answer(
    await fetch(`${of(key)}/control`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(asked),
    }),
  );
