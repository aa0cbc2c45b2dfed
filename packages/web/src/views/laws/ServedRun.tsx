import { inLocale } from "../../i18n/locale.js";
import { liveStudy } from "../../state/live.js";
import { RunPanel } from "../study/RunPanel.js";
import { openedTexts } from "./openedTexts.js";
import "../study/study.css";
import "../study/runs.css";

export interface ServedRunProps {
  readonly studyKey: string;
  readonly id: string;
  readonly onClose: () => void;
}

/** A run of a study that a server shows: the same panel as in the study's view. */
export function ServedRun({ studyKey, id, onClose }: ServedRunProps) {
  const t = inLocale(openedTexts);
  const study = liveStudy.value;
  if (study === undefined || study.state.key !== studyKey) {
    return (
      <section class="card panel" aria-label={t.run}>
        <header>
          <p class="faint" role="status">
            {t.waiting}
          </p>
          <button type="button" onClick={onClose}>
            {t.close}
          </button>
        </header>
      </section>
    );
  }
  return <RunPanel state={study.state} run={study.runs.get(id)} onClose={onClose} />;
}
