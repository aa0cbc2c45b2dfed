import type { LiveRun, StudyState } from "isoflop/api";
import { useState } from "preact/hooks";
import { inLocale } from "../../i18n/locale.js";
import { RunLog } from "./RunLog.js";
import { useRunDetails } from "./runFetch.js";
import { runTexts } from "./runTexts.js";
import { Status } from "./Status.js";
import { studyTexts } from "./studyTexts.js";

const MOST = 25;

interface FailuresProps {
  readonly state: StudyState;
  readonly runs: ReadonlyMap<string, LiveRun>;
  readonly onOpen: (id: string) => void;
}

/** Runs that failed or diverged, also those that went on after it, each with its reason and its log. */
export function Failures({ state, runs, onOpen }: FailuresProps) {
  const t = inLocale(runTexts).failures;
  const failed = [...runs.values()].filter(
    ({ status, failures }) => status === "failed" || status === "diverged" || failures > 0,
  );
  return (
    <section aria-labelledby="failures-title">
      <h2 id="failures-title">{t.title}</h2>
      {failed.length === 0 ? <p class="faint">{t.none}</p> : null}
      <ul class="failures">
        {failed.slice(0, MOST).map((run) => (
          <Failure key={run.id} studyKey={state.key} run={run} onOpen={onOpen} />
        ))}
      </ul>
      {failed.length > MOST && <p>{t.more(failed.length - MOST)}</p>}
      {state.unreadable.length > 0 && (
        <>
          <h3>{t.unreadable}</h3>
          <ul class="failures">
            {state.unreadable.slice(0, MOST).map(({ id, reason }) => (
              <li key={id}>
                <code>{id}</code>: {reason}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

interface FailureProps {
  readonly studyKey: string;
  readonly run: LiveRun;
  readonly onOpen: (id: string) => void;
}

function Failure({ studyKey, run, onOpen }: FailureProps) {
  const t = inLocale(runTexts).failures;
  const [open, setOpen] = useState(false);
  return (
    <li>
      <p>
        <button type="button" class="link" onClick={() => onOpen(run.id)}>
          {run.name}
        </button>{" "}
        <Status status={run.status} /> {run.failures > 0 && <span class="faint">{t.times(run.failures)}</span>}
      </p>
      {run.reason !== undefined && <pre class="log">{run.reason}</pre>}
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t.showLog}</summary>
        {open && <FetchedLog studyKey={studyKey} run={run} />}
      </details>
    </li>
  );
}

function FetchedLog({ studyKey, run }: { readonly studyKey: string; readonly run: LiveRun }) {
  const t = inLocale(studyTexts);
  const words = inLocale(runTexts);
  const fetched = useRunDetails(studyKey, run);
  if (fetched.kind === "waiting") return <p class="faint">{t.loading}</p>;
  if (fetched.kind === "failed") return <p role="alert">{words.panel.failed(fetched.reason)}</p>;
  return <RunLog log={fetched.details.log} />;
}
