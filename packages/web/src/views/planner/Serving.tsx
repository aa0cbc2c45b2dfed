import { lossUnitText } from "@isoflop/figures/lossUnit";
import { formatCount, formatFlops } from "@isoflop/laws";
import { inLocale, locale } from "../../i18n/locale.js";
import { between, foundFor } from "./alternativeCells.js";
import { Amount, Spent } from "./amounts.js";
import { formatLoss, formatPlain } from "./format.js";
import { drawsLoss } from "./intervals.js";
import { LawTable } from "./LawTable.js";
import { LogSlider } from "./LogSlider.js";
import { commonUnit } from "./lossUnits.js";
import type { ServedPlan } from "./planLaw.js";
import { plannerTexts } from "./plannerTexts.js";
import { plans, served, servedPlans } from "./store.js";

/** The model that costs least over training and serving. */
export function Serving() {
  const t = inLocale(plannerTexts);
  const { cell, missing } = foundFor<ServedPlan>(servedPlans.value, t.noLoss);
  return (
    <section aria-labelledby="planner-serving">
      <h2 id="planner-serving">{t.serving}</h2>
      <p class="faint">{t.servingLead}</p>
      <LogSlider name="served" decades={[9, 16]} first="1T" label={t.count} />
      {served.value === undefined ? (
        <p class="faint">{t.off}</p>
      ) : (
        <LawTable
          caption={t.serving}
          missing={missing}
          rows={[
            {
              label: t.parameters,
              cell: cell(({ parameters, intervals95 }, { choice: { fit, reason } }) => (
                <>
                  <Amount name="servedParameters" value={parameters} write={formatCount} />
                  {between(intervals95?.parameters, formatCount) ?? (
                    <small>{fit && drawsLoss(fit) ? t.waiting : t.noInterval[reason]}</small>
                  )}
                </>
              )),
            },
            {
              label: t.tokens,
              cell: cell(({ tokens, intervals95 }) => (
                <>
                  <Amount name="servedTokens" value={tokens} write={formatCount} />
                  {between(intervals95?.tokens, formatCount)}
                </>
              )),
            },
            {
              label: t.ratio,
              cell: cell(({ parameters, tokens }) =>
                formatPlain(Number((tokens / parameters).toPrecision(3)), locale.value),
              ),
            },
            {
              label: t.loss(lossUnitText({ language: locale.value, lossUnit: commonUnit(plans.value) })),
              cell: cell(({ loss, intervals95 }) => (
                <>
                  {formatLoss(loss)}
                  {between(intervals95?.loss, formatLoss)}
                </>
              )),
            },
            {
              label: t.training,
              cell: cell(({ trainingFlops }) => (
                <>
                  <Amount name="servedFlops" value={trainingFlops} write={(value) => `${formatFlops(value)} FLOPs`} />
                  <Spent flops={trainingFlops} />
                </>
              )),
            },
            { label: t.total, cell: cell(({ totalFlops }) => formatFlops(totalFlops)) },
            {
              label: t.saved,
              cell: cell(({ totalFlops, usualFlops }) =>
                t.savedShare((100 * (1 - totalFlops / usualFlops)).toFixed(1), formatFlops(usualFlops)),
              ),
            },
          ]}
        />
      )}
    </section>
  );
}
