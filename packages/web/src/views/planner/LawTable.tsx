import type { ComponentChildren } from "preact";
import { inLocale } from "../../i18n/locale.js";
import { lawName } from "./lawName.js";
import type { LawPlan } from "./planLaw.js";
import { plannerTexts } from "./plannerTexts.js";
import { columns } from "./store.js";

/** A quantity, and what stands for it below each law. */
export interface Row {
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
