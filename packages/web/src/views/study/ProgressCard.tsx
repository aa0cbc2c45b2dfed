import { inLocale } from "../../i18n/locale.js";
import type { LiveStudy } from "../../state/liveStore.js";
import { durationOf, isFinished, progressOf, STATUSES } from "./progress.js";
import { queueText } from "./queuePlace.js";
import { Status } from "./Status.js";
import { StudyControl } from "./StudyControl.js";
import { studyTexts } from "./studyTexts.js";

/** How far the study is, when it will be done, and its control. */
export function ProgressCard({ study }: { readonly study: LiveStudy }) {
  const t = inLocale(studyTexts);
  const { state, runs } = study;
  const progress = progressOf(runs.values());
  const { counts, ended, share, runs: all } = progress;
  const finished = isFinished(state, progress);
  const percent = 100 * share;
  const shown = percent < 100 && percent > 99 ? "99" : percent.toFixed(0);
  const left = state.secondsLeft;
  const queue = queueText(runs.values());
  const waiting = counts.running + counts.pending > 0;
  const duration = left === undefined ? undefined : t.duration(durationOf(left));
  return (
    <section class="card progress" aria-labelledby="progress-title">
      <h2 id="progress-title">{t.progress}</h2>
      <div
        class="bar"
        role="progressbar"
        aria-labelledby="progress-title"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(percent)}
        aria-valuetext={`${t.runsDone(ended, all)}, ${t.share(shown)}`}
      >
        <div style={{ width: `${percent}%` }} />
      </div>
      <p class="said">
        <strong role="status">{t.runsDone(ended, all)}</strong>
        <span>{t.share(shown)}</span>
        {waiting && (
          <span>
            {duration === undefined ? t.leftUnknown : state.training ? t.left(duration) : t.leftIdle(duration)}
          </span>
        )}
      </p>
      <ul class="counts">
        {STATUSES.filter((status) => counts[status] > 0).map((status) => (
          <li key={status}>
            <Status status={status} /> <b>{counts[status]}</b>
          </li>
        ))}
      </ul>
      {queue !== undefined && (
        <p class="queue">
          {t.queue}: {queue}
        </p>
      )}
      {state.queueProblem !== undefined && <p class="faint">{t.queueUnknown(state.queueProblem)}</p>}
      {state.kind === "study" && (
        <>
          <p class="faint" id="progress-state">
            {state.held !== undefined
              ? t.held[state.held]
              : finished
                ? t.finished
                : state.training
                  ? t.training
                  : t.idle}
          </p>
          <StudyControl state={state} anyPaused={counts.paused > 0} finished={finished} />
        </>
      )}
    </section>
  );
}
