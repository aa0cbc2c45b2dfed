import { type Alternative, formatCount, formatFlops, muennighoffRepetition } from "@isoflop/laws";
import type { ComponentChildren } from "preact";
import { inLocale, locale } from "../../i18n/locale.js";
import { formatFactor, formatInterval, formatLoss, formatPercent, formatPlain } from "./format.js";
import { LogSlider } from "./LogSlider.js";
import { Figure, LawTable, Spent } from "./OptimumTable.js";
import type { LawPlan, ServedPlan } from "./planLaw.js";
import { plannerTexts } from "./plannerTexts.js";
import { limitedPlans, plans, served, servedPlans, unique } from "./store.js";

/** Cells of what was found for each of the plans, and why a law has none. */
function foundFor<Found>(found: readonly (Found | undefined)[], reason: string) {
  const of = new Map(plans.value.map((plan, index) => [plan, found[index]]));
  return {
    missing: (plan: LawPlan) => (of.get(plan) === undefined ? reason : undefined),
    cell: (show: (one: Found, plan: LawPlan) => ComponentChildren) => (plan: LawPlan) => {
      const one = of.get(plan);
      return one === undefined ? reason : show(one, plan);
    },
  };
}

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
              cell: cell(({ parameters }) => <Figure name="servedParameters" value={parameters} write={formatCount} />),
            },
            {
              label: t.tokens,
              cell: cell(({ tokens }) => <Figure name="servedTokens" value={tokens} write={formatCount} />),
            },
            {
              label: t.ratio,
              cell: cell(({ parameters, tokens }) =>
                formatPlain(Number((tokens / parameters).toPrecision(3)), locale.value),
              ),
            },
            { label: t.loss, cell: cell(({ loss }) => formatLoss(loss)) },
            {
              label: t.training,
              cell: cell(({ trainingFlops }) => (
                <>
                  <Figure name="servedFlops" value={trainingFlops} write={(value) => `${formatFlops(value)} FLOPs`} />
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

/** The best model for the same compute when data must be repeated. */
export function FewTokens() {
  const t = inLocale(plannerTexts);
  const { cell, missing } = foundFor<Alternative>(limitedPlans.value, t.noLoss);
  const between = (interval: readonly [number, number] | undefined, write: (value: number) => string) =>
    interval && <small>[{formatInterval(interval, write)}]</small>;
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
              cell: cell(({ parameters, intervals95 }) => (
                <>
                  <Figure name="limitedParameters" value={parameters} write={formatCount} />
                  {between(intervals95?.parameters, formatCount)}
                </>
              )),
            },
            {
              label: t.tokens,
              cell: cell(({ tokens, intervals95 }) => (
                <>
                  <Figure name="limitedTokens" value={tokens} write={formatCount} />
                  {between(intervals95?.tokens, formatCount)}
                </>
              )),
            },
            {
              label: t.epochs,
              cell: cell(({ epochs: passes = 1, intervals95 }) => (
                <>
                  {passes > 1 ? <Figure name="epochs" value={passes} write={epochs} /> : t.once}
                  {between(intervals95?.epochs, epochs)}
                </>
              )),
            },
            {
              label: t.loss,
              cell: cell(({ loss = 0, intervals95 }) => (
                <>
                  <Figure name="limitedLoss" value={loss} write={formatLoss} />
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
