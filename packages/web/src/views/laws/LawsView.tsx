import type { FigureOptions } from "@isoflop/figures";
import { formatCount } from "@isoflop/figures";
import { useMemo, useState } from "preact/hooks";
import { FigureCard } from "../../components/FigureCard.js";
import type { FigurePicking } from "../../components/FigureTools.js";
import type { Problem } from "../../fitting/protocol.js";
import { inLocale, locale } from "../../i18n/locale.js";
import { allRuns, fittedRuns } from "../../state/fittedRuns.js";
import { type Observed, observations } from "../../state/observations.js";
import { Controls } from "./Controls.js";
import { counted } from "./counted.js";
import { type FigureDataOf, figureCounting, figureData } from "./figureData.js";
import { budget, fitFailure, outdated, type Told, told } from "./fitting.js";
import { InfluenceChoice } from "./InfluenceChoice.js";
import { influenced } from "./influencedQuantity.js";
import { LawsTable } from "./LawsTable.js";
import { lawsState, togglePicked } from "./lawsStore.js";
import { lawsTexts } from "./lawsTexts.js";
import { OpenedRun } from "./OpenedRun.js";
import { PLACES, type Place, SECTIONS } from "./places.js";
import { Refused } from "./Refused.js";
import { RunList, Selection } from "./RunList.js";
import { Warnings } from "./Warnings.js";
import { awaited, type Stage } from "./waiting.js";
import "./laws.css";

/** The laws of the runs that are looked at: fitted here, in the browser. */
export function LawsView() {
  const t = inLocale(lawsTexts);
  const observed = counted.value;
  if (observed === undefined || fittedRuns(observed).length === 0) {
    return (
      <>
        <h1>{t.title}</h1>
        <p>{t.none}</p>
      </>
    );
  }
  return <Laws observed={observed} />;
}

interface Pointed {
  readonly run: string;
  readonly x: number;
  readonly y: number;
}

function Laws({ observed }: { readonly observed: Observed }) {
  const t = inLocale(lawsTexts);
  const now = told.value;
  const state = lawsState.value;
  const at = budget.value;
  const [pointed, setPointed] = useState<Pointed>();
  const language = locale.value;
  const own = observations.value ?? observed;
  const quantity = influenced.value;
  const data = useMemo(
    () =>
      figureData(observed, now, {
        ...{ compare: state.compare, budget: at, language, influenced: quantity, spent: own },
        lawNames: lawsTexts[language].names,
      }),
    [observed, now, state.compare, at, language, quantity, own],
  );
  const selected = useMemo(() => new Set(state.picked), [state.picked]);
  const leftOut = useMemo(() => new Set(state.out), [state.out]);
  const counting = useMemo(() => figureCounting(observed.convention), [observed.convention]);
  const { lossUnit } = observed;
  const picking = {
    selected,
    leftOut,
    compute: state.compute,
    ...(lossUnit && { lossUnit }),
    ...(counting && { counting }),
  };
  const residuals = useMemo(
    () =>
      new Map((data.residuals?.runs ?? []).map(({ id, loss, predicted }) => [id ?? "", Math.log(loss / predicted)])),
    [data.residuals],
  );
  const status =
    fitFailure.value !== undefined
      ? t.failed(fitFailure.value)
      : now.milliseconds === undefined
        ? t.fitting
        : now.done
          ? t.done(fittedRuns(observed).length - now.leftOut.length, now.leftOut.length)
          : t.fitted(fittedRuns(observed).length - now.leftOut.length, Math.round(now.milliseconds));
  const onPoint = (run: string | undefined, { clientX, clientY }: PointerEvent): void =>
    setPointed(run === undefined ? undefined : { run, x: clientX, y: clientY });
  return (
    <div class="laws">
      <h1>
        {t.title}: {observed.title}
      </h1>
      <p class="faint" role="status" data-done={now.done && !outdated.value} data-out={now.leftOut.length}>
        {status}
      </p>
      <Controls />
      <LawsTable />
      {SECTIONS.map((section) => (
        <section key={section} aria-labelledby={`laws-${section}`}>
          <h2 id={`laws-${section}`}>{t.figures[section]}</h2>
          <div class="laws-grid">
            {PLACES[section].map((place) => (
              <FigurePlace
                key={place.name}
                {...{ section: t.figures[section], place, data, picking, onPoint }}
                {...missing(place.name, now)}
              />
            ))}
          </div>
        </section>
      ))}
      <Warnings />
      <RunList observed={observed} residuals={residuals} />
      <Selection observed={observed} />
      <OpenedRun observed={observed} residuals={residuals} />
      {pointed && <Tooltip pointed={pointed} observed={observed} residual={residuals.get(pointed.run)} />}
    </div>
  );
}

/** Stages that say themselves why they have nothing to show. */
const REASONS: Readonly<Record<string, "profiles" | "backtest" | "influence">> = {
  profileLikelihood: "profiles",
  backtestErrors: "backtest",
  influence: "influence",
};

/** What a figure that is not there waits for, and if for nothing, why there is none. */
function missing(name: string, { reached, reasons }: Told) {
  const stage = REASONS[name];
  return { waiting: awaited(name, reached), reason: stage && reasons[stage] };
}

interface FigurePlaceProps {
  readonly section: string;
  readonly place: Place;
  readonly data: FigureDataOf;
  readonly picking: FigurePicking;
  readonly onPoint: (run: string | undefined, event: PointerEvent) => void;
  readonly waiting: Stage | undefined;
  readonly reason: Problem | undefined;
}

/** A figure, or one sentence on what is missing for it. */
function FigurePlace({ section, place, data, picking, onPoint, waiting, reason }: FigurePlaceProps) {
  const t = inLocale(lawsTexts);
  const own = data[place.name];
  const title = `${section}, ${place.label}`;
  if (own !== undefined)
    return (
      <FigureCard
        name={place.name}
        title={title}
        draw={place.draw as (data: unknown, options: FigureOptions) => HTMLElement}
        data={own as unknown}
        onPick={togglePicked}
        {...{ picking, onPoint }}
      >
        {data.influence !== undefined && place.name === "influence" && (
          <InfluenceChoice chosen={data.influence.quantity} told={data.influenced} />
        )}
      </FigureCard>
    );
  return (
    <section
      class={`figure-card figure-missing${waiting === undefined ? "" : " waiting"}`}
      id={place.name}
      aria-label={title}
    >
      <strong>{title}</strong>
      {waiting !== undefined ? (
        <p class="faint">{t.waiting[waiting]}</p>
      ) : reason === undefined ? (
        <p class="faint">{t.missing(t.needs[place.name] ?? "")}</p>
      ) : (
        <Refused problem={reason} class="faint" />
      )}
    </section>
  );
}

/** What is known of the run under the pointer. */
function Tooltip({
  pointed,
  observed,
  residual,
}: {
  readonly pointed: Pointed;
  readonly observed: Observed;
  readonly residual: number | undefined;
}) {
  const t = inLocale(lawsTexts);
  const record = allRuns(observed).find(({ id }) => id === pointed.run);
  if (record === undefined) return null;
  const { id, parameters, tokens, flops, loss } = record;
  const left = Math.min(pointed.x + 14, innerWidth - 250);
  return (
    <div class="laws-tooltip" role="tooltip" style={{ left: `${Math.max(4, left)}px`, top: `${pointed.y + 14}px` }}>
      <strong>{observed.names[id] ?? id}</strong>
      <span>
        N {formatCount(parameters)}, D {formatCount(tokens)}, C {flops.toExponential(2)}
      </span>
      <span>
        L {loss.toFixed(4)}
        {residual !== undefined && `, ${t.residual} ${residual.toFixed(4)}`}
      </span>
    </div>
  );
}
