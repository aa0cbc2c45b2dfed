import { publishedLaws } from "@isoflop/laws";
import { useId } from "preact/hooks";
import { inLocale, locale } from "../../i18n/locale.js";
import { fitName } from "../../state/fitNames.js";
import { fittedLaws } from "../../state/fittedLaws.js";
import { lawName, lawTitle } from "./lawName.js";
import { plannerTexts } from "./plannerTexts.js";
import { fitId, MOST_LAWS, OWN } from "./state.js";
import { change, choices, state } from "./store.js";
import { TextField } from "./TextField.js";

/** Which laws stand side by side. */
export function LawsForm() {
  const t = inLocale(plannerTexts);
  const id = useId();
  const { laws } = state.value;
  const offered = [...fittedLaws.value.map(({ key }) => fitId(key)), ...publishedLaws.map(({ name }) => name), OWN];
  const nameOf = (law: string) => {
    const fitted = fittedLaws.value.find(({ key }) => fitId(key) === law);
    return law === OWN ? t.own : t.fitOf(fitted ? fitName(fitted, locale.value) : law);
  };
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
                {publishedLaws.some(({ name }) => name === law) ? law : nameOf(law)}
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
