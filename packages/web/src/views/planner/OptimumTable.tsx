import { formatCount, formatFlops, type Interval } from "@isoflop/laws";
import type { ComponentChildren } from "preact";
import { inLocale, locale } from "../../i18n/locale.js";
import { spendingOf } from "./budget.js";
import { formatCost, formatFactor, formatInterval, formatLoss, formatPlain } from "./format.js";
import { lawName } from "./lawName.js";
import type { LawPlan } from "./planLaw.js";
import { plannerTexts } from "./plannerTexts.js";
import { REACH } from "./proposal.js";
import { columns, hardware, plans, state } from "./store.js";

/** A number as the reader sees it, and in full for programs. */
export function Figure({
  name,
  value,
  write,
}: {
  readonly name: string;
  readonly value: number;
  readonly write: (value: number) => string;
}) {
  return (
    <data value={String(value)} data-name={name}>
      {write(value)}
    </data>
  );
}

/** Training time and cost of so many FLOPs on the hardware. */
export function Spent({ flops }: { readonly flops: number }) {
  const t = inLocale(plannerTexts);
  const { days, acceleratorHours, cost } = spendingOf(flops, hardware.value);
  const plain = (value: number) => formatPlain(value, locale.value);
  return (
    <>
      <data value={String(days)} data-name="days">
        {t.days(plain(Number(days.toPrecision(3))))}
      </data>
      <small>{t.hours(formatCount(acceleratorHours))}</small>
      {cost !== undefined && <small>{formatCost(cost, state.value.currency, locale.value)}</small>}
    </>
  );
}

interface Row {
  readonly label: string;
  readonly cell: (plan: LawPlan) => ComponentChildren;
}

interface LawTableProps {
  readonly caption: string;
  readonly rows: readonly Row[];
  /** Why a law that has a plan has no place in this table. */
  readonly missing?: (plan: LawPlan) => string | undefined;
}

/** A table of the laws side by side: a row for each quantity. */
export function LawTable({ caption, rows, missing }: LawTableProps) {
  const t = inLocale(plannerTexts);
  const reasons = columns.value.map(({ choice, plan }) => {
    if (choice.law === undefined) return t.absentFit;
    return plan === undefined ? t.noOptimum : missing?.(plan);
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways is to be scrolled by the keyboard, too
    <section class="scroll planner-table" tabIndex={0} aria-label={t.table(caption)}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.quantity}</th>
            {columns.value.map(({ choice }) => (
              <th scope="col" key={choice.id}>
                {lawName(choice)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ label, cell }, row) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {columns.value.map(({ choice, plan }, index) => {
                const reason = reasons[index];
                if (reason === undefined && plan !== undefined)
                  return (
                    <td key={choice.id} data-law={choice.id}>
                      {cell(plan)}
                    </td>
                  );
                return (
                  row === 0 && (
                    <td key={choice.id} data-law={choice.id} rowSpan={rows.length} class="planner-absent">
                      {reason}
                    </td>
                  )
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** N, D and L by each law, with their intervals, what they cost, and how far the law is stretched. */
export function OptimumTable() {
  const t = inLocale(plannerTexts);
  const language = locale.value;
  const between = (interval: Interval | undefined, write: (value: number) => string) =>
    interval && <small>[{formatInterval(interval, write)}]</small>;
  const why = ({ choice, made }: LawPlan) =>
    made.optimum.intervals95 === undefined && <small>{t.noInterval[choice.kind]}</small>;
  const range = (plan: LawPlan, interval: Interval | undefined) =>
    plan.valley === undefined ? <small>{t.noLoss}</small> : (interval && formatInterval(interval, formatCount)) || "–";
  const rows: Row[] = [
    {
      label: t.parameters,
      cell: (plan) => (
        <>
          <Figure name="parameters" value={plan.made.optimum.parameters} write={formatCount} />
          {between(plan.made.optimum.intervals95?.parameters, formatCount)}
          {why(plan)}
        </>
      ),
    },
    {
      label: t.tokens,
      cell: ({ made }) => (
        <>
          <Figure name="tokens" value={made.optimum.tokens} write={formatCount} />
          {between(made.optimum.intervals95?.tokens, formatCount)}
        </>
      ),
    },
    {
      label: t.ratio,
      cell: ({ made }) => formatPlain(Number((made.optimum.tokens / made.optimum.parameters).toPrecision(3)), language),
    },
    {
      label: t.loss,
      cell: ({ made: { optimum } }) =>
        optimum.loss === undefined ? (
          <small>{t.noLoss}</small>
        ) : (
          <>
            <Figure name="loss" value={optimum.loss} write={formatLoss} />
            {between(optimum.intervals95?.loss, formatLoss)}
          </>
        ),
    },
    { label: t.within, cell: (plan) => range(plan, plan.valley?.withinCompute) },
    { label: t.withinLoss, cell: (plan) => range(plan, plan.valley?.withinLoss) },
    {
      label: t.reach,
      cell: ({ reach }) =>
        reach === undefined ? t.unknownReach : reach <= REACH ? t.inside : t.times(formatFactor(reach, language)),
    },
    { label: t.counts, cell: ({ law }) => t.counting[law.convention.parameters] },
  ];
  const stretched = plans.value.filter(({ reach }) => reach !== undefined && reach > REACH);
  return (
    <>
      <LawTable caption={t.optimum} rows={rows} />
      {stretched.length > 0 && (
        <p class="planner-warning">
          {t.far(
            stretched
              .map(({ choice, reach = 1 }) => t.farLaw(lawName(choice), formatFactor(reach, language)))
              .join(language === "ja" ? "、" : ", "),
          )}
        </p>
      )}
    </>
  );
}

/** The budget in every unit, its time and its cost. */
export function BudgetLine({ flops, pfDays }: { readonly flops: number; readonly pfDays: number }) {
  return (
    <p class="planner-budget" aria-live="polite">
      <strong>
        <Figure name="flops" value={flops} write={(value) => `${formatFlops(value)} FLOPs`} />
      </strong>
      <Figure name="pfDays" value={pfDays} write={(value) => `${formatCount(value)} PF-days`} />
      <Spent flops={flops} />
    </p>
  );
}
