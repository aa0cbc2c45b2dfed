import { formatCount, formatFlops, trainingCurves } from "@isoflop/figures";
import type { CountedRecord } from "@isoflop/laws/observations";
import type { ComponentType } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Figure } from "../../components/Figure.js";
import { inLocale } from "../../i18n/locale.js";
import { allRuns } from "../../state/fittedRuns.js";
import type { Observed } from "../../state/observations.js";
import { change, lawsState } from "./lawsStore.js";
import { openedTexts } from "./openedTexts.js";
import type { ServedRunProps } from "./ServedRun.js";

interface OpenedRunProps {
  readonly observed: Observed;
  /** ln(measured / predicted) by id. */
  readonly residuals: ReadonlyMap<string, number>;
}

/** The run that was opened last: its panel where a server has it, else what its row says. It lies over the page and moves nothing. */
export function OpenedRun({ observed, residuals }: OpenedRunProps) {
  const id = lawsState.value.run;
  const opener = useRef<Element | null>(null);
  const panel = useRef<HTMLDivElement>(null);
  const record = useMemo(() => allRuns(observed).find((one) => one.id === id), [observed, id]);
  // Before the panel takes the focus.
  if (record !== undefined && !panel.current?.contains(document.activeElement)) opener.current = document.activeElement;
  if (record === undefined) return null;
  const name = observed.names[id] ?? id;
  const onClose = (): void => {
    change({ run: "" });
    // Back to where it was opened, so that a keyboard goes on from there.
    if (opener.current instanceof HTMLElement) opener.current.focus();
  };
  const card = <RecordCard key={id} {...{ observed, record, name, onClose }} residual={residuals.get(id)} />;
  return (
    <div class="laws-opened study" ref={panel}>
      {observed.source.kind === "served" ? <Served {...{ id, onClose }} studyKey={observed.source.key} /> : card}
    </div>
  );
}

/** The study's view has the panel: fetched when the first run is opened. */
function Served(props: ServedRunProps) {
  const t = inLocale(openedTexts);
  const [Panel, setPanel] = useState<ComponentType<ServedRunProps>>();
  useEffect(() => {
    // By the build's own word: the static site has no served run.
    if (import.meta.env.MODE !== "site")
      void import("./ServedRun.js").then(({ ServedRun }) => setPanel(() => ServedRun));
  }, []);
  return Panel === undefined ? <p class="card faint">{t.waiting}</p> : <Panel {...props} />;
}

interface RecordCardProps {
  readonly observed: Observed;
  readonly record: CountedRecord;
  readonly name: string;
  readonly residual: number | undefined;
  readonly onClose: () => void;
}

function RecordCard({ observed, record, name, residual, onClose }: RecordCardProps) {
  const t = inLocale(openedTexts);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { id, parameters, tokens, flops, loss, budget, seed, uniqueTokens, counts, curve } = record;
  const data = useMemo(
    () => ({ runs: [{ id, name, parameters, curve: curve ?? [] }], frontier: [] }),
    [id, name, parameters, curve],
  );
  const fact = (label: string, value: number | undefined, write: (value: number) => string): [string, string][] =>
    value === undefined ? [] : [[label, write(value)]];
  const facts = [
    ...fact("N", parameters, formatCount),
    ...fact(t.total, counts?.total, formatCount),
    ...fact(t.nonEmbedding, counts?.nonEmbedding, formatCount),
    ...fact("D", tokens, formatCount),
    ...fact("C", flops, (value) => `${formatFlops(value)} FLOPs`),
    ...fact(t.facts.loss, loss, (value) => value.toFixed(4)),
    ...fact(t.facts.residual, residual, (value) => value.toFixed(4)),
    ...fact(t.facts.budget, budget, (value) => `${formatFlops(value)} FLOPs`),
    ...fact(t.facts.seed, seed, String),
    ...fact(t.facts.unique, uniqueTokens, formatCount),
  ];
  const isListed = observed.records.some((one) => one.id === id);
  return (
    <section
      class="card panel"
      aria-labelledby="laws-opened-title"
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <header>
        <h2 id="laws-opened-title" tabIndex={-1} ref={heading}>
          <span class="faint">{t.run}</span> {name}
        </h2>
        <button type="button" onClick={onClose}>
          {t.close}
        </button>
      </header>
      <dl class="facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {lawsState.value.out.includes(id) && <p class="faint">{t.out}</p>}
      {curve !== undefined && curve.length > 2 && <Figure draw={trainingCurves} data={data} widths={NARROW} />}
      {isListed && (
        <button type="button" onClick={() => showRow(id)}>
          {t.row}
        </button>
      )}
    </section>
  );
}

const NARROW = [360] as const;

/** Brings a run's row into view and puts the focus there. */
function showRow(id: string): void {
  const row = document.querySelector(`[data-row="${CSS.escape(id)}"]`);
  row?.scrollIntoView({ block: "center" });
  row?.querySelector("button")?.focus({ preventScroll: true });
}
