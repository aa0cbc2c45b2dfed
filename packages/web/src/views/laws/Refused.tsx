import type { Problem } from "../../fitting/protocol.js";
import { locale, unturned } from "../../i18n/locale.js";
import { refusalText } from "../../i18n/warnings/statementText.js";

/** Why there is no fit, and what to do. */
export function Refused({ problem, class: className }: { readonly problem: Problem; readonly class?: string }) {
  const { text, lang } = refusalText(problem, locale.value);
  return (
    <p {...{ class: className, lang }}>
      {unturned(text)} <code>{problem.code}</code>
    </p>
  );
}
