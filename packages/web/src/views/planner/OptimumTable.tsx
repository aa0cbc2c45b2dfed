import { lossUnitText } from "@isoflop/figures/lossUnit";
import { formatCount, type Interval } from "@isoflop/laws";
import { inLocale, locale } from "../../i18n/locale.js";
import { between } from "./alternativeCells.js";
import { Amount } from "./amounts.js";
import { formatFactor, formatInterval, formatLoss, formatPlain } from "./format.js";
import { LawTable, type Row } from "./LawTable.js";
import { lawName } from "./lawName.js";
import { commonUnit, incomparable, unitOf } from "./lossUnits.js";
import type { LawPlan } from "./planLaw.js";
import { plannerTexts } from "./plannerTexts.js";
import { plans } from "./store.js";
import { computeCount, wholeModel } from "./wholeModel.js";

/** N, D and L by each law, with their intervals, what they cost, and how far the law is stretched. */
export function OptimumTable() {
  const t = inLocale(plannerTexts);
  const language = locale.value;
  const unit = commonUnit(plans.value);
  const why = ({ choice, made }: LawPlan) =>
    made.optimum.intervals95 === undefined && <small>{t.noInterval[choice.reason]}</small>;
  const range = (plan: LawPlan, interval: Interval | undefined) =>
    plan.valley === undefined ? <small>{t.noLoss}</small> : (interval && formatInterval(interval, formatCount)) || "–";
  const rows: Row[] = [
    {
      label: t.parameters,
      cell: (plan) => (
        <>
          <Amount name="parameters" value={plan.made.optimum.parameters} write={formatCount} />
          {between(plan.made.optimum.intervals95?.parameters, formatCount)}
          {why(plan)}
        </>
      ),
    },
    {
      label: t.tokens,
      cell: ({ made }) => (
        <>
          <Amount name="tokens" value={made.optimum.tokens} write={formatCount} />
          {between(made.optimum.intervals95?.tokens, formatCount)}
        </>
      ),
    },
    {
      label: t.ratio,
      cell: ({ made }) => formatPlain(Number((made.optimum.tokens / made.optimum.parameters).toPrecision(3)), language),
    },
    {
      label: t.loss(lossUnitText({ language, lossUnit: unit })),
      cell: ({ choice, made: { optimum } }) =>
        optimum.loss === undefined ? (
          <small>{t.noLoss}</small>
        ) : (
          <>
            <Amount name="loss" value={optimum.loss} write={formatLoss} />
            {between(optimum.intervals95?.loss, formatLoss)}
            {unit === "several" && <small>{lossUnitText({ language, lossUnit: unitOf({ choice }) })}</small>}
          </>
        ),
    },
    { label: t.within, cell: (plan) => range(plan, plan.valley?.withinCompute) },
    { label: t.withinLoss, cell: (plan) => range(plan, plan.valley?.withinLoss) },
    {
      label: t.reach,
      cell: ({ reach: { side, factor } }) => t.reaches[side](formatFactor(factor, language)),
    },
    {
      label: t.counts,
      cell: ({ law, choice, made }) => {
        const whole = wholeModel(law, choice.embeddings);
        return (
          <>
            {t.counting[law.convention.parameters]}
            <small>{t.flopsCounting[computeCount(law)]}</small>
            {whole && <small>{t.withEmbeddings(formatCount(whole.of(made.optimum.parameters)))}</small>}
          </>
        );
      },
    },
  ];
  const stretched = plans.value.filter(({ reach: { side } }) => side === "above" || side === "below");
  return (
    <>
      <LawTable caption={t.optimum} rows={rows} />
      {incomparable(plans.value) && <p class="planner-hint">{t.incomparable}</p>}
      {stretched.length > 0 && (
        <p class="planner-warning">
          {t.far(
            stretched
              .map(({ choice, reach: { side, factor } }) =>
                t.farLaw(lawName(choice), t.reaches[side](formatFactor(factor, language))),
              )
              .join(language === "ja" ? "、" : "; "),
          )}
        </p>
      )}
    </>
  );
}
