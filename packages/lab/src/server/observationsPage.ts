import { toRecords } from "../runs/records.js";
import { readStudyRuns } from "../runs/studyRuns.js";
import { studyObservations } from "../steps/studyObservations.js";
import type { RecordRole, StudyObservationsPage } from "./api.js";
import type { ServedStudy } from "./served.js";

/** What the laws of a study are fitted to, as its files tell it now. */
export async function observationsPage({ study }: ServedStudy): Promise<StudyObservationsPage> {
  const states = await readStudyRuns(study, () => {});
  const { records, convention, dropped } = await studyObservations(study, states);
  const holdouts = await toRecords(states, study.study.counting, "holdout");
  const roles = new Map(states.map(({ spec }) => [spec.id, spec.role as RecordRole]));
  return {
    title: study.study.name,
    convention,
    records,
    holdouts: holdouts.records.map((record) => ({ ...record, role: roles.get(record.id) ?? "fit" })),
    names: Object.fromEntries(states.map(({ spec }) => [spec.id, spec.name])),
    dropped: [...dropped, ...holdouts.dropped],
  };
}
