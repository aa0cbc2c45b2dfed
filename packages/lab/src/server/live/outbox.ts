import type { CurveUpdate, LiveEvents } from "../api.js";
import type { Board, Changes } from "./board.js";

/** One event, ready to be sent. */
export type LiveMessage = {
  readonly [Name in keyof LiveEvents]: { readonly event: Name; readonly data: LiveEvents[Name] };
}[keyof LiveEvents];

/**
 * What one listener has yet to be told. It holds no more than what is shown, however slow the listener is: lines are looked up when
 * they are sent, and a curve that has waited for too long is sent anew as a whole.
 */
export interface Outbox {
  readonly put: (changes: Changes) => void;
  readonly isEmpty: () => boolean;
  /** The next messages; what is left stays for the next time, so that a snapshot of thousands of curves goes out in parts. */
  readonly take: () => LiveMessage[];
}

/** Numbers of curves in one message. */
const MOST_NUMBERS = 20_000;
/** Numbers of one curve that may wait. */
const MOST_WAITING = 400;

/** The outbox of a listener that has just come: a snapshot is in it, and every curve. */
export function createOutbox(board: Board): Outbox {
  let snapshot = true;
  let state = false;
  const runs = new Set<string>();
  const gone = new Set<string>();
  const curves = new Map<string, number[] | "whole">([...board.curves.keys()].map((id) => [id, "whole"]));

  const putCurve = ({ id, whole, points }: CurveUpdate): void => {
    const waiting = curves.get(id) ?? [];
    if (whole || waiting === "whole" || waiting.length + points.length > MOST_WAITING) curves.set(id, "whole");
    else curves.set(id, [...waiting, ...points]);
  };
  const takeCurves = (): CurveUpdate[] => {
    const taken: CurveUpdate[] = [];
    let numbers = 0;
    for (const [id, waiting] of curves) {
      if (numbers > MOST_NUMBERS) break;
      const whole = waiting === "whole";
      const points = whole ? (board.curves.get(id) ?? []) : waiting;
      curves.delete(id);
      taken.push({ id, whole, points });
      numbers += points.length;
    }
    return taken;
  };
  return {
    put: (changes) => {
      state ||= changes.state ?? false;
      for (const id of changes.runs ?? []) {
        runs.add(id);
        gone.delete(id);
      }
      for (const id of changes.gone ?? []) {
        gone.add(id);
        runs.delete(id);
        curves.delete(id);
      }
      for (const update of changes.curves ?? []) putCurve(update);
    },
    isEmpty: () => !snapshot && !state && runs.size + gone.size + curves.size === 0,
    take: () => {
      const messages: LiveMessage[] = [];
      if (snapshot) {
        messages.push({ event: "snapshot", data: { ...board.state, runs: [...board.runs.values()] } });
      } else {
        if (gone.size > 0) messages.push({ event: "gone", data: [...gone] });
        const lines = [...runs].flatMap((id) => board.runs.get(id) ?? []);
        if (lines.length > 0) messages.push({ event: "runs", data: lines });
        if (state) messages.push({ event: "state", data: board.state });
      }
      snapshot = false;
      state = false;
      runs.clear();
      gone.clear();
      const updates = takeCurves();
      if (updates.length > 0) messages.push({ event: "curves", data: updates });
      return messages;
    },
  };
}
