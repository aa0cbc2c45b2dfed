import type { FitWarning } from "@isoflop/laws";
import { Marked } from "../../components/Marked.js";
import { inLocale, locale, unturned } from "../../i18n/locale.js";
import { type Explanation, explanations } from "../../i18n/warnings/explanations.js";
import { warningText } from "../../i18n/warnings/statementText.js";
import { observations } from "../../state/observations.js";
import { told } from "./fitting.js";
import { lawsTexts } from "./lawsTexts.js";
import { Refused } from "./Refused.js";
import { byCode } from "./warningGroups.js";

/** What the fits and the parts' laws warn of, and why a part has none. */
export function Warnings() {
  const t = inLocale(lawsTexts);
  const { fits, parts, least } = told.value;
  const { warnings: ofRuns = [], notices = [] } = observations.value ?? {};
  const all = [
    { id: "runs", name: t.ofRuns, warnings: ofRuns, problem: undefined },
    ...fits.map(({ law, warnings }) => ({ id: law, name: t.names[law] ?? law, warnings, problem: undefined })),
    ...parts.map(({ name: id, about, warnings, problem }) => ({ id, name: t.parts[id] ?? about, warnings, problem })),
    ...(least ? [{ id: least.name, name: t.least, warnings: least.warnings, problem: least.problem }] : []),
  ].filter(({ warnings, problem }) => warnings.length > 0 || problem !== undefined);
  return (
    <section aria-labelledby="laws-warnings">
      <h2 id="laws-warnings">{t.warnings}</h2>
      {notices.length > 0 && (
        <details class="laws-notices">
          <summary>{t.notices}</summary>
          <ul lang="en">
            {notices.map((notice) => (
              <li key={notice}>
                <bdi>{notice}</bdi>
              </li>
            ))}
          </ul>
        </details>
      )}
      {all.length === 0 ? (
        <p>{t.noWarnings}</p>
      ) : (
        <dl class="laws-warnings">
          {all.map(({ id, name, warnings, problem }) => (
            <div key={id}>
              <dt>{name}</dt>
              {problem && (
                <dd>
                  <Refused problem={problem} />
                </dd>
              )}
              {byCode(warnings).map(([code, own]) => (
                <dd key={code}>
                  <Warning {...{ code, own }} />
                </dd>
              ))}
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

interface WarningProps {
  readonly code: string;
  readonly own: readonly FitWarning[];
}

/** All that a law warns of by one code, and on demand what it means and what to do. */
function Warning({ code, own }: WarningProps) {
  const t = inLocale(lawsTexts);
  const known = explanations as Readonly<Record<string, Readonly<Record<typeof locale.value, Explanation>>>>;
  const explanation = Object.hasOwn(known, code) ? known[code]?.[locale.value] : undefined;
  return (
    <>
      {own.map((warning, index) => {
        const { text, lang } = warningText(warning, locale.value);
        return (
          <p key={index} {...{ lang }}>
            {unturned(text)}
          </p>
        );
      })}
      {explanation === undefined ? (
        <code>{code}</code>
      ) : (
        <details data-code={code}>
          <summary>
            <code>{code}</code> {t.explanation}
          </summary>
          <p>
            <Marked text={explanation.meaning} />
          </p>
          <p>
            <strong>{t.remedy}</strong> <Marked text={explanation.remedy} />
          </p>
        </details>
      )}
    </>
  );
}
