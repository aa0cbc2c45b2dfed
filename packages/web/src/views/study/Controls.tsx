import type { ControlRequest } from "isoflop/api";
import { useState } from "preact/hooks";
import { inLocale } from "../../i18n/locale.js";
import { ConfirmCancel } from "./ConfirmCancel.js";
import { studyTexts } from "./studyTexts.js";

interface ControlsProps {
  readonly label: string;
  readonly allowed: Readonly<Record<ControlRequest["action"], boolean>>;
  /** Id of what says why something is not allowed. */
  readonly describedBy?: string;
  readonly question: string;
  readonly explanation: string;
  readonly onOrder: (action: ControlRequest["action"]) => void;
}

/** Pause, resume, and cancel after a question. */
export function Controls({ label, allowed, describedBy, question, explanation, onOrder }: ControlsProps) {
  const t = inLocale(studyTexts).control;
  const [asking, setAsking] = useState(false);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is of a form, and there is none
    <div class="buttons" role="group" aria-label={label} aria-describedby={describedBy}>
      <button type="button" disabled={!allowed.pause} onClick={() => onOrder("pause")}>
        {t.pause}
      </button>
      <button type="button" disabled={!allowed.resume} onClick={() => onOrder("resume")}>
        {t.resume}
      </button>
      <button type="button" class="danger" disabled={!allowed.cancel} onClick={() => setAsking(true)}>
        {t.cancel}
      </button>
      {asking && (
        <ConfirmCancel
          question={question}
          explanation={explanation}
          onAnswer={(yes) => {
            setAsking(false);
            if (yes) onOrder("cancel");
          }}
        />
      )}
    </div>
  );
}
