import type { RunDetails } from "isoflop/api";
import { inLocale } from "../../i18n/locale.js";
import { runTexts } from "./runTexts.js";

/** What a run's trainer said, as text, whatever it is. */
export function RunLog({ log }: { readonly log: RunDetails["log"] }) {
  const t = inLocale(runTexts).panel;
  if (log === undefined) return <p class="faint">{t.noLog}</p>;
  return (
    <>
      <p class="faint file">
        {log.cut ? `${t.logCut}: ` : ""}
        {log.file}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrollable by keys */}
      <pre class="log" tabIndex={0}>
        {log.text}
      </pre>
    </>
  );
}
