import { useEffect, useId, useState } from "preact/hooks";
import { inLocale } from "../../i18n/locale.js";
import { canonical, type FieldName, type Problem, readField } from "./fields.js";
import { plannerTexts } from "./plannerTexts.js";
import { changeText, state } from "./store.js";

/** A text of the state with its name, and below it what may be written or what is wrong; a wrong one changes nothing else. */
export function TextField({ name }: { readonly name: FieldName }) {
  const t = inLocale(plannerTexts);
  const id = useId();
  const kept = state.value.texts[name];
  const [draft, setDraft] = useState(kept);
  useEffect(() => setDraft((typed) => (canonical(typed) === kept ? typed : kept)), [kept]);
  const reading = readField(name, draft);
  const problem = typeof reading === "object" ? reading : undefined;
  return (
    <div class="planner-field">
      <label for={id}>{t.fields[name]}</label>
      <input
        id={id}
        name={name}
        value={draft}
        autocomplete="off"
        spellcheck={false}
        aria-describedby={`${id}-said`}
        aria-invalid={problem !== undefined}
        onInput={({ currentTarget: { value } }) => {
          setDraft(value);
          if (typeof readField(name, value) !== "object") changeText(name, canonical(value));
        }}
      />
      <p id={`${id}-said`} class={problem ? "planner-problem" : "planner-hint"} aria-live="polite">
        {problem ? told(problem, kept) : t.hints[name]}
      </p>
    </div>
  );
}

function told(problem: Problem, kept: string): string {
  const t = inLocale(plannerTexts);
  const stands = kept === "" ? t.nothing : kept;
  if (problem.kind === "range") return t.range(problem.low, problem.high, stands);
  return problem.kind === "whole" ? t.whole(stands) : t.unreadable(stands);
}
