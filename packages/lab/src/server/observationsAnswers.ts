import type { ObservationsAnswer, StudyObservationsPage } from "./api.js";
import { changeSince, type Fingerprint, fingerprintOf } from "./observationsChange.js";

/** Versions that are remembered of a study: pages that look at it are seldom further behind. */
const MOST_VERSIONS = 8;

/** Answers who has an earlier version with what has changed since. Of what was sent, digests are kept. */
export function createAnswers() {
  const known = new Map<string, Fingerprint>();
  return (page: StudyObservationsPage, since: string | undefined): ObservationsAnswer => {
    const now = fingerprintOf(page);
    const before = since === undefined ? undefined : known.get(since);
    known.delete(now.version);
    known.set(now.version, now);
    for (const version of known.keys()) if (known.size > MOST_VERSIONS) known.delete(version);
    return before === undefined ? { ...page, version: now.version } : changeSince(before, page, now);
  };
}
