import { readObservations } from "../../read/observations.js";
import type { LiveRun } from "../api.js";
import { importedNames, tableMark } from "../importedNames.js";
import type { ServedTable } from "../served.js";
import type { Board, Look } from "./board.js";
import { pointsEach, rounded, thinPoints } from "./points.js";

/** Looks at runs that others trained: an imported folder, or a table. All of them have ended. */
export function lookAtTable({ key, name, path }: ServedTable): Look {
  const state = {
    key,
    name,
    kind: "imported",
    design: "imported",
    training: false,
    counting: "given",
    unreadable: [],
    heldOut: [],
    observations: "",
  } as const;
  const board: Board = { state, runs: new Map(), curves: new Map() };
  let seen: string | undefined;
  return {
    board,
    again: async (tell) => {
      const mark = await tableMark(path);
      if (mark === seen) return;
      const { records, convention } = await readObservations([path]);
      const names = await importedNames(path);
      const each = pointsEach(records.length);
      const gone = new Set(board.runs.keys());
      board.curves.clear();
      for (const record of records) {
        gone.delete(record.id);
        const { id, parameters, tokens, flops, loss, budget, curve = [] } = record;
        const line: LiveRun = {
          id,
          name: names.get(id) ?? id,
          role: "fit",
          status: "done",
          part: "imported",
          budget,
          parameters,
          tokens,
          // A table counts tokens, not steps: one step a token.
          step: tokens,
          steps: tokens,
          stepFlops: flops / tokens,
          cost: flops,
          trainLoss: undefined,
          validationLoss: loss,
          wallSeconds: undefined,
          attempts: 0,
          failures: 0,
          preemptions: 0,
          lost: 0,
        };
        board.runs.set(id, line);
        board.curves.set(
          id,
          thinPoints(
            curve.flatMap((point) => (point.tokens > 0 && point.loss > 0 ? [point.tokens, rounded(point.loss)] : [])),
            each,
          ),
        );
      }
      for (const id of gone) board.runs.delete(id);
      board.state = { ...state, counting: convention.parameters, observations: mark };
      seen = mark;
      tell({
        state: true,
        runs: [...board.runs.keys()],
        gone: [...gone],
        curves: [...board.curves].map(([id, points]) => ({ id, whole: true, points })),
      });
    },
  };
}
