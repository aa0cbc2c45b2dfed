import type { StudyFault, StudyListing, StudyState } from "isoflop/api";
import { useRef } from "preact/hooks";
import { Select } from "../../components/Select.js";
import { inLocale, unturned } from "../../i18n/locale.js";
import { SERVED } from "../../state/api.js";
import { connection, liveStudy } from "../../state/live.js";
import { observations, showStudy } from "../../state/observations.js";
import { route, setParams } from "../../state/route.js";
import { chosenStudy, studies, studiesFailure } from "../../state/studies.js";
import { CurvesCard } from "./CurvesCard.js";
import { Failures } from "./Failures.js";
import { ForecastCard } from "./ForecastCard.js";
import { LawsCard } from "./LawsCard.js";
import { Overview } from "./Overview.js";
import { ProgressCard } from "./ProgressCard.js";
import { RunPanel } from "./RunPanel.js";
import { RunsTable } from "./RunsTable.js";
import { studyTexts } from "./studyTexts.js";
import "./study.css";
import "./runs.css";

/** A study as it is trained: progress, curves, runs, failures, control. */
export function StudyView() {
  const t = inLocale(studyTexts);
  const listing = chosenStudy.value;
  if (!SERVED || (studies.value !== undefined && listing === undefined)) {
    return (
      <>
        <h1>{t.title}</h1>
        <p>{SERVED ? t.none : t.noServer}</p>
        <p>{t.elsewhere}</p>
      </>
    );
  }
  const failure = studiesFailure.value;
  if (listing === undefined) {
    return (
      <>
        <h1>{t.title}</h1>
        <p role="status">{failure === undefined ? t.loading : t.unreached(failure)}</p>
      </>
    );
  }
  return <Study listing={listing} />;
}

function Study({ listing }: { readonly listing: StudyListing }) {
  const { folder, name } = listing;
  const t = inLocale(studyTexts);
  const study = liveStudy.value;
  const chosen = route.value.params.get("run") ?? undefined;
  const opener = useRef<Element | null>(null);
  const onOpen = (id: string): void => {
    opener.current = document.activeElement;
    setParams({ run: id });
  };
  const onClose = (): void => {
    setParams({ run: undefined });
    // Back to where it was opened, so that a keyboard goes on from there.
    if (opener.current instanceof HTMLElement) opener.current.focus();
  };
  const state = study?.state;
  return (
    <div class="study">
      {(studies.value?.length ?? 0) > 1 && <Overview all={studies.value ?? []} chosen={listing.key} />}
      <StudyHead name={name} folder={folder} />
      {state?.problem !== undefined && <p role="alert">{t.problem(state.problem)}</p>}
      {state?.fault !== undefined && <Fault fault={state.fault} />}
      {study === undefined || state === undefined ? (
        <p class="faint wait">{t.loading}</p>
      ) : study.runs.size === 0 ? (
        <p class="wait">
          {t.empty} <code>isoflop run {folder}</code>
        </p>
      ) : (
        <>
          <div class={chosen === undefined ? "upper" : "upper with-panel"}>
            <div>
              <ProgressCard study={study} />
              <div class="charts">
                <CurvesCard runs={study.runs} chosen={chosen} onOpen={onOpen} />
                <LawsCard design={state.design} />
              </div>
            </div>
            {chosen !== undefined && <RunPanel state={state} run={study.runs.get(chosen)} onClose={onClose} />}
          </div>
          <ForecastCard state={state} runs={study.runs} onOpen={onOpen} />
          <RunsTable runs={study.runs} chosen={chosen} onOpen={onOpen} />
          <Failures state={state} runs={study.runs} onOpen={onOpen} />
        </>
      )}
    </div>
  );
}

/** What is wrong with study.yaml: with lines and columns, as the commands say it. */
function Fault({ fault }: { readonly fault: StudyFault }) {
  const t = inLocale(studyTexts);
  return (
    <div class="card fault" role="alert">
      <p>{t.fault}</p>
      <pre class="log">{fault.message}</pre>
      {fault.hint !== undefined && <p class="faint">{fault.hint}</p>}
    </div>
  );
}

function StudyHead({ name, folder }: { readonly name: string; readonly folder: string }) {
  const t = inLocale(studyTexts);
  const all = studies.value ?? [];
  const state = liveStudy.value?.state;
  const live = connection.value;
  return (
    <div class="study-head">
      <h1>{state?.name ?? name}</h1>
      <p class={`connection ${live}`} role="status">
        <span aria-hidden="true">{live === "open" ? "●" : "◌"}</span> {t.connection[live]}
      </p>
      {all.length > 1 && (
        <Select
          label={t.choose}
          value={chosenStudy.value?.key ?? ""}
          options={optionsOf(all, state)}
          onChange={(key) => {
            setParams({ study: key, run: undefined, status: undefined, q: undefined });
            if (observations.peek()?.source.kind === "dropped") showStudy();
          }}
        />
      )}
      <p class="faint where">
        <code>{folder}</code>
        {state === undefined ? "" : ` · ${state.kind === "study" ? t.design(state.design) : t.imported}`}
      </p>
    </div>
  );
}

/** Studies by their names, which study.yaml may have changed since; of one name, with their folders. */
function optionsOf(all: readonly StudyListing[], state: StudyState | undefined) {
  const named = all.map(({ key, name, folder }) => ({ key, folder, name: key === state?.key ? state.name : name }));
  return named.map(({ key, name, folder }) => {
    const isShared = named.filter((other) => other.name === name).length > 1;
    return { value: key, text: unturned(isShared ? `${name} (${folder})` : name) };
  });
}
