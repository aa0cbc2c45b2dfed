import { publishedLaws } from "@isoflop/laws";
import { useId } from "preact/hooks";
import { inLocale } from "../../i18n/locale.js";
import { fittedLaws } from "../../state/fittedLaws.js";
import { lawName, lawTitle } from "./lawName.js";
import { plannerTexts } from "./plannerTexts.js";
import { fitId, MOST_LAWS, OWN } from "./state.js";
import { change, choiceOf, choices, state } from "./store.js";
import { TextField } from "./TextField.js";

/** Which laws stand side by side. */
export function LawsForm() {
  const t = inLocale(plannerTexts);
  const id = useId();
  const { laws } = state.value;
  const offered = [...fittedLaws.value.map(({ key }) => fitId(key)), ...publishedLaws.map(({ name }) => name), OWN];
  return (
    <fieldset class="card planner-inputs">
      <legend>{t.laws}</legend>
      <ul class="planner-laws">
        {choices.value.map((choice, index) => (
          <li key={choice.id}>
            <span class="planner-swatch" style={{ background: `var(--isoflop-category-${index})` }}>
              {index + 1}
            </span>
            <span>
              <strong>{lawName(choice)}</strong>
              <span class="faint"> {lawTitle(choice)}</span>
            </span>
            <button
              type="button"
              aria-label={t.removeLaw(lawName(choice))}
              disabled={laws.length === 1}
              onClick={() => change({ laws: laws.filter((law) => law !== choice.id) })}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <div class="planner-field">
        <label for={id}>{t.addLaw}</label>
        <select
          id={id}
          name="addLaw"
          value=""
          disabled={laws.length >= MOST_LAWS}
          onChange={({ currentTarget }) => {
            const chosen = currentTarget.value;
            currentTarget.value = "";
            if (chosen !== "" && !laws.includes(chosen)) change({ laws: [...laws, chosen] });
          }}
        >
          <option value="">{t.choose}</option>
          {offered
            .filter((law) => !laws.includes(law))
            .map((law) => (
              <option key={law} value={law}>
                {lawName(choiceOf(law))}
              </option>
            ))}
        </select>
      </div>
      {fittedLaws.value.length === 0 && <p class="planner-hint">{t.noFits}</p>}
      {laws.includes(OWN) && (
        <div class="planner-own">
          <p class="planner-hint">{t.ownForm}</p>
          {(["E", "A", "B", "alpha", "beta"] as const).map((name) => (
            <TextField name={name} key={name} />
          ))}
        </div>
      )}
    </fieldset>
  );
}
