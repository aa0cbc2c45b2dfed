import { inLocale, locale } from "../../i18n/locale.js";
import type { ImportOutcome } from "../../reading/importTables.js";
import { noticeText } from "./noticeTexts.js";
import { runsTexts } from "./runsTexts.js";

/** Which columns were taken and what was decided; or why there is nothing to fit. */
export function Findings({ result }: Pick<ImportOutcome, "result">) {
  const t = inLocale(runsTexts);
  if ("refusal" in result) {
    const { code, message, hint } = result.refusal;
    const known: Readonly<Record<string, string>> = t.refused;
    return (
      <div role="alert" class="card data-refusal">
        <p>
          <strong>{known[code] ?? t.refusedOther}</strong>
        </p>
        <details>
          <summary>{t.details}</summary>
          <p lang="en">
            {message} {code in t.refused ? "" : hint}
          </p>
        </details>
      </div>
    );
  }
  const { columns, derived, notices } = result.observations;
  return (
    <section aria-labelledby="data-noticed">
      <h2 id="data-noticed">{t.noticed}</h2>
      <ul class="data-notices">
        {columns.map((line) => (
          <li key={line}>
            {t.taken}: <code>{line}</code>
          </li>
        ))}
        {derived !== undefined && <li>{t.derived(derived)}</li>}
        {notices.map((notice) => {
          const text = noticeText(notice, locale.value);
          return (
            <li key={notice} {...(text === undefined ? { lang: "en" } : {})}>
              {text ?? notice}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
