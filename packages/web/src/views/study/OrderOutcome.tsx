import { inLocale, unturned } from "../../i18n/locale.js";
import { unchangedReason } from "../../i18n/serverFaults.js";
import type { Order } from "./ordering.js";
import { studyTexts } from "./studyTexts.js";

/** What came of an order; the place for it is kept, so that nothing moves. */
export function OrderOutcome({ order }: { readonly order: Order | undefined }) {
  const t = inLocale(studyTexts).control;
  return (
    <p class={`outcome ${order?.kind ?? ""}`} role="status">
      {said(order, t)}
    </p>
  );
}

type Texts = ReturnType<typeof inLocale<(typeof studyTexts)["en"]>>["control"];

function said(order: Order | undefined, t: Texts): string {
  if (order === undefined) return "";
  if (order.kind === "asked") return t.asked;
  if (order.kind === "refused") return t.refused(order.reason);
  const { whole, changed, unchanged, lab } = order.outcome;
  const reasons = unchanged.map(({ name, reason }) => `${unturned(name)} (${unchangedReason(reason)})`).join(", ");
  return [
    ...(whole ? [t.toldStudy] : changed.length > 0 ? [t.told(changed.length)] : []),
    ...(whole || changed.length > 0 ? [lab === undefined ? t.noLab : t.lab] : []),
    ...(reasons === "" ? [] : [t.unchanged(reasons)]),
  ].join(" ");
}
