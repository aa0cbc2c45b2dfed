import { setTimeout as pause } from "node:timers/promises";
import { IsoflopError } from "@isoflop/laws";
import type { KeptPages } from "./pages.js";

/** How a tracker's server is asked: what tests and the command may set. */
export interface ServerAccess {
  /** Values of the environment, where keys are; process.env unless set. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly fetch?: typeof fetch;
  /** How often a question is asked that gets no answer: 8 times unless said. */
  readonly tries?: number;
  /** Waits so many milliseconds. */
  readonly wait?: (milliseconds: number) => Promise<unknown>;
  /** Where pages of histories are kept, so that an import that was stopped goes on from where it was. */
  readonly pages?: KeptPages;
}

export interface Question {
  readonly url: string;
  /** Sent as JSON by POST; GET without. */
  readonly body?: unknown;
  /** Headers, the key's among them: they are sent and never told. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the key is looked for, for the hint when the server wants another one. */
  readonly keyHint: string;
}

const TRIES = 8;
const LONGEST_WAIT = 300;
const TIMEOUT = 120_000;
/** Of HTTP: too many requests, and what passes by itself. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The answer's JSON text, asked for again while the server is busy. Errors: server-refused, server-unreachable, server-answer. */
export async function askServer(question: Question, access: ServerAccess): Promise<unknown> {
  const { url, body, headers } = question;
  const ask = access.fetch ?? fetch;
  const wait = access.wait ?? ((milliseconds: number) => pause(milliseconds));
  const tries = access.tries ?? TRIES;
  let trouble = "";
  for (let attempt = 0; attempt < tries; attempt++) {
    let response: Response;
    let text: string;
    try {
      response = await ask(url, {
        method: body === undefined ? "GET" : "POST",
        headers: { accept: "application/json", ...(body === undefined ? {} : JSON_BODY), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // A key must not follow to where a redirect leads.
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT),
      });
      text = await response.text();
    } catch (cause) {
      trouble = reasonOf(cause);
      if (attempt + 1 < tries) await wait(1000 * 2 ** attempt);
      continue;
    }
    if (response.ok) return parsed(text, url);
    trouble = `it answers ${response.status.toString()}`;
    if (!PASSING.has(response.status)) throw refused(question, response.status, text);
    if (attempt + 1 < tries) await wait(1000 * secondsToWait(response.headers, attempt));
  }
  throw new IsoflopError({
    code: "server-unreachable",
    message: `${originOf(url)} cannot be asked: ${trouble}, ${tries.toString()} times.`,
    hint: "Try again later: what was fetched or sent is kept, and it goes on from there.",
  });
}

const JSON_BODY = { "content-type": "application/json" };

/** What the server asks for (Retry-After in seconds or as a date, W&B's RateLimit-Reset in seconds), or twice as long as before. */
export function secondsToWait(headers: Headers, attempt: number): number {
  const after = headers.get("retry-after");
  if (after !== null && after.trim() !== "") {
    const seconds = Number(after);
    const until = Number.isFinite(seconds) ? seconds : (Date.parse(after) - Date.now()) / 1000;
    if (Number.isFinite(until)) return Math.min(Math.max(until, 0), LONGEST_WAIT);
  }
  const reset = Number(headers.get("ratelimit-reset") ?? Number.NaN);
  return Math.min(reset > 0 ? reset : 2 ** attempt, LONGEST_WAIT);
}

function parsed(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new IsoflopError({
      code: "server-answer",
      message: `${originOf(url)} answers with something that is no JSON.`,
      hint: "Is this the tracker's address, and not that of a page before it (a login, a proxy)?",
      cause,
    });
  }
}

function refused({ url, keyHint }: Question, status: number, text: string): IsoflopError {
  const said = /^\s*[{[]/.test(text) ? `: ${JSON.stringify(text.slice(0, 300))}` : "";
  const hint =
    status === 401 || status === 403
      ? keyHint
      : status >= 300 && status < 400
        ? "It redirects: give the address that it redirects to."
        : "Is the address right, and does the run exist?";
  return new IsoflopError({
    code: "server-refused",
    message: `${originOf(url)} answers ${status.toString()}${said}.`,
    hint,
  });
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "no answer";
  const inner = cause.cause instanceof Error ? cause.cause : cause;
  return "code" in inner && typeof inner.code === "string" ? inner.code : inner.name;
}

const originOf = (url: string): string => new URL(url).origin;

/** An address as the user gave it. Errors: server-url, where it has a password in it: addresses are told and kept. */
export function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url;
  throw new IsoflopError({
    code: "server-url",
    message:
      url === undefined || !/^https?:$/.test(url.protocol)
        ? `${text.replace(/\/\/[^/]*@/, "//…@")} is no address of a server.`
        : `The address of ${url.host} has a name or a password in it.`,
    hint: "Give https://host/…, and keys in the environment.",
  });
}
