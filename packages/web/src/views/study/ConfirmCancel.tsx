import { useEffect, useId, useRef } from "preact/hooks";
import { inLocale } from "../../i18n/locale.js";
import { studyTexts } from "./studyTexts.js";

interface ConfirmProps {
  readonly question: string;
  readonly explanation: string;
  readonly onAnswer: (yes: boolean) => void;
}

/** Asks before something is set aside. The browser's own dialog keeps the focus and gives it back. */
export function ConfirmCancel({ question, explanation, onAnswer }: ConfirmProps) {
  const t = inLocale(studyTexts).control;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="confirm"
      aria-labelledby={`${id}-question`}
      aria-describedby={`${id}-explanation`}
      onClose={() => onAnswer(dialog.current?.returnValue === "yes")}
    >
      <h2 id={`${id}-question`}>{question}</h2>
      <p id={`${id}-explanation`}>{explanation}</p>
      <div class="buttons">
        <button type="button" onClick={() => dialog.current?.close("no")}>
          {t.keep}
        </button>
        <button type="button" class="danger" onClick={() => dialog.current?.close("yes")}>
          {t.cancel}
        </button>
      </div>
    </dialog>
  );
}
