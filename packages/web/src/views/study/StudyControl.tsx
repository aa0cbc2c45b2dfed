import type { StudyState } from "isoflop/api";
import { useMemo } from "preact/hooks";
import { inLocale } from "../../i18n/locale.js";
import { Controls } from "./Controls.js";
import { OrderOutcome } from "./OrderOutcome.js";
import { createOrdering } from "./ordering.js";
import { studyTexts } from "./studyTexts.js";

interface StudyControlProps {
  readonly state: StudyState;
  readonly anyPaused: boolean;
  /** Nothing is left to pause or to cancel; "progress-state" says so. */
  readonly finished: boolean;
}

/** Pause, resume and cancel of the whole study. */
export function StudyControl({ state, anyPaused, finished }: StudyControlProps) {
  const t = inLocale(studyTexts).control;
  const { order, give } = useMemo(createOrdering, [state.key]);
  const { held } = state;
  return (
    <>
      <Controls
        label={t.study}
        // Resume takes back single pauses as well.
        allowed={{
          pause: held === undefined && !finished,
          resume: held !== undefined || anyPaused,
          cancel: held !== "cancelled" && !finished,
        }}
        describedBy="progress-state"
        question={t.confirmStudy}
        explanation={t.explainStudy}
        onOrder={(action) => void give(state.key, { action })}
      />
      <OrderOutcome order={order.value} />
    </>
  );
}
