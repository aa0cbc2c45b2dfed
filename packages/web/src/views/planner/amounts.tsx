import { formatCount, formatFlops } from "@isoflop/laws";
import { inLocale, locale } from "../../i18n/locale.js";
import { spendingOf } from "./budget.js";
import { formatCost, formatPlain, spanOf } from "./format.js";
import { plannerTexts } from "./plannerTexts.js";
import { hardware, state } from "./store.js";

/** A number as the reader sees it, and in full for programs. */
export function Amount({
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
  const { unit, value } = spanOf(days);
  const plain = (value: number) => formatPlain(value, locale.value);
  return (
    <>
      <data value={String(days)} data-name="days">
        {t.spans[unit](plain(Number(value.toPrecision(3))))}
      </data>
      <small>{t.hours(formatCount(acceleratorHours))}</small>
      {cost !== undefined && <small>{formatCost(cost, state.value.currency, locale.value)}</small>}
    </>
  );
}

/** The budget in every unit, its time and its cost. */
export function BudgetLine({ flops, pfDays }: { readonly flops: number; readonly pfDays: number }) {
  return (
    <p class="planner-budget" aria-live="polite">
      <strong>
        <Amount name="flops" value={flops} write={(value) => `${formatFlops(value)} FLOPs`} />
      </strong>
      <Amount name="pfDays" value={pfDays} write={(value) => `${formatCount(value)} PF-days`} />
      <Spent flops={flops} />
    </p>
  );
}
