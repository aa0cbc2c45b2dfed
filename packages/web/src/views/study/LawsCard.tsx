import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { inLocale } from "../../i18n/locale.js";
import { fittedRuns } from "../../state/fittedRuns.js";
import { type Observed, observations, showStudy, studyObservations } from "../../state/observations.js";
import { runTexts } from "./runTexts.js";

/** The place of the laws so far. Figures and fits are fetched when there is something to fit. */
export function LawsCard({ design }: { readonly design: string }) {
  const t = inLocale(runTexts).laws;
  const [Laws, setLaws] = useState<ComponentType<{ readonly observed: Observed; readonly waiting: string }>>();
  const observed = studyObservations.value;
  const wanted = observed !== undefined && fittedRuns(observed).length >= 3;
  useEffect(() => {
    if (wanted) void import("./LiveLaws.js").then(({ LiveLaws }) => setLaws(() => LiveLaws));
  }, [wanted]);
  const waiting = design === "isoflop" ? t.waitingForBudget : t.waiting;
  return (
    <section class="profiles" aria-labelledby="profiles-title">
      <h2 id="profiles-title">{t.title}</h2>
      {observations.value?.source.kind === "dropped" ? (
        <p>
          {t.dropped}{" "}
          <button type="button" onClick={showStudy}>
            {t.showStudy}
          </button>
        </p>
      ) : wanted && Laws !== undefined ? (
        <Laws observed={observed} waiting={waiting} />
      ) : (
        <p class="faint">{waiting}</p>
      )}
    </section>
  );
}
