import { useState } from "preact/hooks";
import { inLocale, locale, unturned } from "../../i18n/locale.js";
import { fitSource } from "../../state/fitNames.js";
import { commandOf } from "./budget.js";
import { lawName } from "./lawName.js";
import { notesOf } from "./lawNotes.js";
import { plannerTexts } from "./plannerTexts.js";
import { proposal } from "./proposal.js";
import { budget, hardware, plans, state } from "./store.js";

/** The paragraph for a proposal in both languages, and what to know of the laws that it cites. */
export function Proposal() {
  const t = inLocale(plannerTexts);
  const [said, setSaid] = useState("");
  const facts = { budget: budget.value, hardware: hardware.value, currency: state.value.currency, plans: plans.value };
  const copy = async (text: string) => {
    setSaid("");
    try {
      await navigator.clipboard.writeText(text);
      setSaid(t.copied);
    } catch {
      // Without a secure context there is no clipboard, and a reader may have forbidden it.
      setSaid(t.notCopied);
    }
  };
  const published = plans.value.filter(({ choice }) => choice.kind === "published");
  return (
    <section aria-labelledby="planner-proposal">
      <h2 id="planner-proposal">{t.proposal}</h2>
      <div class="planner-texts">
        {(["en", "ja"] as const).map((language) => {
          const text = proposal(facts, language);
          const name = language === "en" ? t.english : t.japanese;
          return (
            <div class="card" key={language}>
              <h3>{name}</h3>
              <p lang={language} class="planner-text">
                {text}
              </p>
              <button type="button" aria-label={t.copy(name)} onClick={() => copy(text)}>
                {t.copy(name)}
              </button>
            </div>
          );
        })}
      </div>
      <p role="status" class="planner-hint planner-said">
        {said}
      </p>
      {published.length > 0 && (
        <>
          <h3>{t.commands}</h3>
          <ul class="planner-commands">
            {published.map(({ choice }) => (
              <li key={choice.id}>
                <code>{commandOf(state.value, choice.name)}</code>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>{t.notes}</h3>
      <dl class="planner-notes">
        {plans.value.map(({ choice, law }) => {
          const notes = notesOf(choice, law, locale.value);
          return (
            <div key={choice.id}>
              <dt>
                {lawName(choice)}
                {choice.kind !== "own" && (
                  <span class="faint"> {choice.fitted ? fitSource(choice.fitted, locale.value) : law.source}</span>
                )}
              </dt>
              {notes.map(({ text, lang }) => (
                <dd key={text} {...{ lang }}>
                  {unturned(text)}
                </dd>
              ))}
            </div>
          );
        })}
      </dl>
    </section>
  );
}
