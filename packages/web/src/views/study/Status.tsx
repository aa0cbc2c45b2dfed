import type { RunStatus } from "isoflop/api";
import { inLocale } from "../../i18n/locale.js";
import { studyTexts } from "./studyTexts.js";

/** A shape for each, so that no colour carries the meaning alone. */
const ICONS: Readonly<Record<RunStatus, string>> = {
  running: "▶",
  pending: "○",
  paused: "❙❙",
  done: "✓",
  diverged: "↗",
  failed: "✕",
  cancelled: "⊘",
};

export function Status({ status }: { readonly status: RunStatus }) {
  const t = inLocale(studyTexts);
  return (
    <span class={`status ${status}`}>
      <span class="icon" aria-hidden="true">
        {ICONS[status]}
      </span>
      {t.statuses[status]}
    </span>
  );
}
