import { useRef } from "preact/hooks";
import { inLocale } from "../../i18n/locale.js";
import { type Condition, OPERATORS, takesValue } from "../../reading/conditions.js";
import { choices, choose, tables } from "./importState.js";
import { mappingTexts } from "./mappingTexts.js";
import { shownCount } from "./shown.js";

/** Conditions on the rows: a column, a comparison, a value. */
export function ConditionsForm({ excluded }: { readonly excluded: number }) {
  const t = inLocale(mappingTexts);
  const add = useRef<HTMLButtonElement>(null);
  const { conditions } = choices.value;
  const columns = [...new Set(tables.value.flatMap((table) => table.columns.map(({ name }) => name)))];
  const change = (at: number, changes: Partial<Condition>) =>
    choose({ conditions: conditions.map((condition, i) => (i === at ? { ...condition, ...changes } : condition)) });
  return (
    <section aria-labelledby="data-conditions">
      <h2 id="data-conditions">{t.conditions}</h2>
      <p class="faint">{t.conditionsLead}</p>
      {conditions.map((condition, i) => (
        <div class="data-condition" key={i}>
          <select
            aria-label={t.conditionColumn(`${i + 1}`)}
            value={`${columns.indexOf(condition.column)}`}
            onChange={({ currentTarget: { value } }) =>
              change(i, { column: columns[Number(value)] ?? condition.column })
            }
          >
            {columns.map((column, at) => (
              <option key={column} value={`${at}`}>
                {column}
              </option>
            ))}
          </select>
          <select
            aria-label={t.conditionOperator(`${i + 1}`)}
            value={condition.operator}
            onChange={({ currentTarget: { value } }) =>
              change(i, { operator: OPERATORS.find((operator) => operator === value) ?? condition.operator })
            }
          >
            {OPERATORS.map((operator) => (
              <option key={operator} value={operator}>
                {t.operators[operator]}
              </option>
            ))}
          </select>
          {takesValue(condition.operator) && (
            <input
              aria-label={t.conditionValue(`${i + 1}`)}
              value={condition.value}
              onInput={({ currentTarget: { value } }) => change(i, { value })}
            />
          )}
          <button
            type="button"
            aria-label={t.removeCondition(`${i + 1}`)}
            onClick={() => {
              choose({ conditions: conditions.filter((_, at) => at !== i) });
              add.current?.focus();
            }}
          >
            {t.remove}
          </button>
        </div>
      ))}
      <p>
        <button
          ref={add}
          type="button"
          onClick={() =>
            choose({ conditions: [...conditions, { column: columns[0] ?? "", operator: "=", value: "" }] })
          }
        >
          {t.addCondition}
        </button>{" "}
        <span role="status">{excluded > 0 ? t.excluded(shownCount(excluded)) : ""}</span>
      </p>
    </section>
  );
}
