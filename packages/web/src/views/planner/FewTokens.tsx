import { lossUnitText } from "@isoflop/figures/lossUnit";
import { type Alternative, formatCount, muennighoffRepetition } from "@isoflop/laws";
import { inLocale, locale } from "../../i18n/locale.js";
import { between, foundFor } from "./alternativeCells.js";
import { Amount } from "./amounts.js";
import { formatFactor, formatLoss, formatPercent } from "./format.js";
import { drawsRepetition } from "./intervals.js";
import { LawTable } from "./LawTable.js";
import { LogSlider } from "./LogSlider.js";
import { commonUnit } from "./lossUnits.js";
import type { Choice } from "./planLaw.js";
import { plannerTexts } from "./plannerTexts.js";
import { limitedPlans, plans, unique } from "./store.js";

/** The best model for the same compute when data must be repeated. */
export function FewTokens() {
  const t = inLocale(plannerTexts);
  const { cell, missing } = foundFor<Alternative>(limitedPlans.value, t.noLoss);
  const why = (fit: Choice["fit"]) => {
    if (fit?.law !== "data-constrained") return t.noInterval.borrowed;
    return drawsRepetition(fit) ? t.waiting : t.noInterval.noDraws;
  };
  const epochs = (value: number) => formatFactor(value, locale.value);
  return (
    <section aria-labelledby="planner-few">
      <h2 id="planner-few">{t.few}</h2>
      <p class="faint">{t.fewLead}</p>
      <LogSlider name="unique" decades={[8, 15]} first="100B" label={t.limit} />
      {unique.value === undefined ? (
        <p class="faint">{t.off}</p>
      ) : (
        <LawTable
          caption={t.few}
          missing={missing}
          rows={[
            {
              label: t.parameters,
              cell: cell(({ parameters, intervals95 }, { choice: { fit } }) => (
                <>
                  <Amount name="limitedParameters" value={parameters} write={formatCount} />
                  {between(intervals95?.parameters, formatCount) ?? <small>{why(fit)}</small>}
                </>
              )),
            },
            {
              label: t.tokens,
              cell: cell(({ tokens, intervals95 }) => (
                <>
                  <Amount name="limitedTokens" value={tokens} write={formatCount} />
                  {between(intervals95?.tokens, formatCount)}
                </>
              )),
            },
            {
              label: t.epochs,
              cell: cell(({ epochs: passes = 1, intervals95 }) => (
                <>
                  {passes > 1 ? <Amount name="epochs" value={passes} write={epochs} /> : t.once}
                  {between(intervals95?.epochs, epochs)}
                </>
              )),
            },
            {
              label: t.loss(lossUnitText({ language: locale.value, lossUnit: commonUnit(plans.value) })),
              cell: cell(({ loss = 0, intervals95 }) => (
                <>
                  <Amount name="limitedLoss" value={loss} write={formatLoss} />
                  {between(intervals95?.loss, formatLoss)}
                </>
              )),
            },
            {
              label: t.penalty,
              cell: cell(({ lossPenalty = 0 }, { made }) => (
                <>
                  {lossPenalty.toFixed(4)}
                  <small>{formatPercent(lossPenalty / (made.optimum.loss ?? 1))} %</small>
                </>
              )),
            },
            {
              label: t.repetitionLabel,
              cell: cell((_, { law }) => {
                const { RD, RN, source } = law.repetition ?? muennighoffRepetition;
                return (
                  <small>
                    {t.repetition(formatCount(RD), formatCount(RN), source)}
                    {law.repetition === undefined && ` ${t.borrowed}`}
                  </small>
                );
              }),
            },
          ]}
        />
      )}
    </section>
  );
}
