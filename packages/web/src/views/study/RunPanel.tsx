import { formatCount, formatFlops } from "@isoflop/figures/scales";
import type { LiveRun, RunDetails, StudyState } from "isoflop/api";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { inLocale, locale, unturned } from "../../i18n/locale.js";
import { curveOf } from "../../state/live.js";
import { Controls } from "./Controls.js";
import { OrderOutcome } from "./OrderOutcome.js";
import { createOrdering } from "./ordering.js";
import { placeText } from "./queuePlace.js";
import { RunCurve } from "./RunCurve.js";
import { RunLog } from "./RunLog.js";
import { useRunDetails } from "./runFetch.js";
import { runTexts } from "./runTexts.js";
import { Status } from "./Status.js";
import { shortSpec } from "./shortSpec.js";
import { studyTexts } from "./studyTexts.js";

interface PanelProps {
  readonly state: StudyState;
  readonly run: LiveRun | undefined;
  readonly onClose: () => void;
}

/** All that is known of one run, and its control. */
export function RunPanel({ state, run, onClose }: PanelProps) {
  const t = inLocale(runTexts).panel;
  const heading = useRef<HTMLHeadingElement>(null);
  const fetched = useRunDetails(state.key, run);
  const { order, give } = useMemo(createOrdering, [state.key, run?.id]);
  useEffect(() => heading.current?.focus(), [run?.id]);
  const details = fetched.kind === "there" ? fetched.details : undefined;
  const live = run === undefined ? [] : curveOf(run.id);
  const curve = run?.status === "running" || details === undefined ? live : details.curve;
  return (
    <section
      class="card panel"
      aria-labelledby="panel-title"
      onKeyDown={(event) => {
        const asking = event.target instanceof Element && event.target.closest("dialog") !== null;
        if (event.key === "Escape" && !asking) onClose();
      }}
    >
      <header>
        <h2 id="panel-title" tabIndex={-1} ref={heading}>
          <span class="faint">{t.label}</span> {run?.name ?? ""}
        </h2>
        <button type="button" onClick={onClose}>
          {t.close}
        </button>
      </header>
      {run === undefined ? (
        <p>{t.gone}</p>
      ) : (
        <>
          <Facts run={run} details={details} />
          {state.kind === "study" && run.part !== "imported" && (
            <RunControl state={state} run={run} order={order} give={give} />
          )}
          <RunCurve run={run} curve={curve} validation={details?.validation ?? []} />
          {fetched.kind === "failed" && <p role="alert">{t.failed(fetched.reason)}</p>}
          {run.reason !== undefined && (
            <>
              <h3>{t.reason}</h3>
              <pre class="log">{run.reason}</pre>
            </>
          )}
          {details !== undefined && (
            <>
              <h3>{t.log}</h3>
              <RunLog log={details.log} />
              <h3>{t.attempts}</h3>
              <Attempts details={details} />
              <details>
                <summary>{t.spec}</summary>
                {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrollable by keys */}
                <pre class="log" tabIndex={0}>
                  {JSON.stringify(details.spec, undefined, 2)}
                </pre>
              </details>
            </>
          )}
        </>
      )}
    </section>
  );
}

function Facts({ run, details }: { readonly run: LiveRun; readonly details: RunDetails | undefined }) {
  const t = inLocale(studyTexts);
  const words = inLocale(runTexts);
  const columns = t.table.columns;
  const spec = shortSpec(details?.spec);
  const facts: [string, string][] = [
    ...(run.slurm === undefined ? [] : ([[t.queue, `${run.slurm.job} ${placeText(run.slurm)}`]] as [string, string][])),
    ...(run.budget === undefined ? [] : ([[columns.budget, formatFlops(run.budget)]] as [string, string][])),
    [columns.parameters, formatCount(run.parameters)],
    [columns.tokens, formatCount(run.tokens)],
    ...(run.part === "imported" ? [] : ([[columns.progress, `${run.step}/${run.steps}`]] as [string, string][])),
    [columns.trainLoss, run.trainLoss?.toFixed(4) ?? "–"],
    [columns.validationLoss, run.validationLoss?.toFixed(4) ?? "–"],
    ...(spec === undefined
      ? []
      : ([
          [words.panel.shape, words.panel.width(spec.width, spec.layers, spec.heads)],
          [words.panel.batch, words.panel.sequences(spec.sequences, spec.context)],
          [words.panel.rate, String(spec.learningRate)],
          [words.panel.seed, String(spec.seed)],
        ] as [string, string][])),
  ];
  return (
    <dl class="facts">
      <div>
        <dt>{columns.status}</dt>
        <dd>
          <Status status={run.status} />
        </dd>
      </div>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface RunControlProps extends ReturnType<typeof createOrdering> {
  readonly state: StudyState;
  readonly run: LiveRun;
}

function RunControl({ state, run, order, give }: RunControlProps) {
  const t = inLocale(studyTexts).control;
  const { status } = run;
  const open = status === "pending" || status === "running";
  const held = status === "paused" || status === "cancelled";
  const whole = state.held !== undefined;
  return (
    <>
      <Controls
        label={run.name}
        allowed={{
          pause: open,
          resume: held && !whole,
          cancel: open || status === "failed" || (status === "paused" && !whole),
        }}
        question={t.confirmRun(unturned(run.name))}
        explanation={t.explainRun}
        onOrder={(action) => void give(state.key, { action, runs: [run.id] })}
      />
      {whole && held && <p class="faint">{t.studyHeld}</p>}
      <OrderOutcome order={order.value} />
    </>
  );
}

function Attempts({ details }: { readonly details: RunDetails }) {
  const t = inLocale(runTexts).panel;
  if (details.attempts.length === 0) return <p class="faint">{t.noAttempts}</p>;
  const moment = (text: string | undefined): string => {
    const date = new Date(text ?? "");
    return Number.isNaN(date.getTime()) ? "–" : date.toLocaleString(locale.value);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be scrollable by keys
    <section class="scroll" tabIndex={0} aria-label={t.attempts}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.began}</th>
            <th scope="col">{t.ended}</th>
            <th scope="col">{t.host}</th>
            <th scope="col">{t.ending}</th>
          </tr>
        </thead>
        <tbody>
          {details.attempts.map((attempt, i) => (
            <tr key={i}>
              <td>{moment(attempt.began)}</td>
              <td>{attempt.ended === undefined ? "–" : moment(attempt.ended)}</td>
              <td>{attempt.job === undefined ? attempt.host : `${attempt.host}, ${attempt.job}`}</td>
              <td>
                {attempt.ending === undefined ? t.open : t.endings[attempt.ending]}
                {attempt.reason === undefined ? "" : `: ${attempt.reason}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
