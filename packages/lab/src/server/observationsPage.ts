import { readObservations } from "../read/observations.js";
import { toRecords } from "../runs/records.js";
import { readStudyRuns } from "../runs/studyRuns.js";
import { studyObservations } from "../steps/studyObservations.js";
import type { StudyFolder } from "../study/folder.js";
import type { RecordRole, StudyObservationsPage } from "./api.js";
import { importedNames } from "./importedNames.js";
import type { Served, ServedTable } from "./served.js";

/** What the laws are fitted to, as the files tell it now. */
export const observationsPage = (served: Served): Promise<StudyObservationsPage> =>
  served.kind === "study" ? ofStudy(served.study) : ofTable(served);

async function ofStudy(study: StudyFolder): Promise<StudyObservationsPage> {
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

async function ofTable({ name, path }: ServedTable): Promise<StudyObservationsPage> {
  const { records, convention, dropped } = await readObservations([path]);
  const names = await importedNames(path);
  return {
    title: name,
    convention,
    records,
    holdouts: [],
    names: Object.fromEntries(records.map(({ id }) => [id, names.get(id) ?? id])),
    dropped: dropped.map(({ row, reason }) => ({
      id: String(row),
      name: names.get(String(row)) ?? String(row),
      reason,
    })),
  };
}
