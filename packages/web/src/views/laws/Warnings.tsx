import { inLocale } from "../../i18n/locale.js";
import { told } from "./fitting.js";
import { lawsTexts } from "./lawsTexts.js";

/** What the fits and the parts' laws warn of. */
export function Warnings() {
  const t = inLocale(lawsTexts);
  const { fits, parts, least } = told.value;
  const all = [
    ...fits.map(({ law, warnings }) => ({ name: t.names[law] ?? law, warnings })),
    ...[...parts, ...(least ? [{ ...least, about: t.least }] : [])].map(({ about, warnings, problem }) => ({
      name: about,
      warnings: problem === undefined ? warnings : [...warnings, { code: "no-fit", message: problem }],
    })),
  ].filter(({ warnings }) => warnings.length > 0);
  return (
    <section aria-labelledby="laws-warnings">
      <h2 id="laws-warnings">{t.warnings}</h2>
      {all.length === 0 ? (
        <p>{t.noWarnings}</p>
      ) : (
        <>
          <p class="faint">{t.codes}</p>
          <dl class="laws-warnings" lang="en">
            {all.map(({ name, warnings }) => (
              <div key={name}>
                <dt>{name}</dt>
                {warnings.map(({ code, message }, index) => (
                  <dd key={index}>
                    <code>{code}</code> {message}
                  </dd>
                ))}
              </div>
            ))}
          </dl>
        </>
      )}
    </section>
  );
}
