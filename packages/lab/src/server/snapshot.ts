import { labAtWork } from "../executors/studyLock.js";
import { countAttempts, readAttempts } from "../runs/attempts.js";
import { readControl } from "../runs/control.js";
import type { UnreadableRun } from "../runs/records.js";
import { runLine } from "../runs/runLine.js";
import { readStudyRuns } from "../runs/studyRuns.js";
import type { StudySnapshot } from "./api.js";
import type { ServedStudy } from "./served.js";

/** A study as its files tell it now. */
export async function snapshotOf({ key, study }: ServedStudy): Promise<StudySnapshot> {
  const unreadable: UnreadableRun[] = [];
  const states = await readStudyRuns(study, (run) => unreadable.push(run));
  const { counting, design, holdout, name } = study.study;
  const runs = await Promise.all(
    states.map(async (state) =>
      runLine(state, counting, countAttempts(await readAttempts(state.folder).catch(() => []))),
    ),
  );
  const held = (await readControl(study.folder)).study;
  return {
    key,
    name,
    design: design.kind,
    training: (await labAtWork(study.folder)) !== undefined,
    ...(held === undefined ? {} : { held }),
    runs,
    unreadable,
    heldOut: holdout.budgets,
  };
}
