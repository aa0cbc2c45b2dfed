import type { RunRecord } from "@isoflop/laws";
import { thinCurve } from "@isoflop/laws/observations";
import { readObservations } from "../read/observations.js";
import type { readMetrics } from "../runs/metrics.js";
import { toRecords } from "../runs/records.js";
import { readStudyRuns } from "../runs/studyRuns.js";
import { studyObservations } from "../steps/studyObservations.js";
import type { StudyFolder } from "../study/folder.js";
import type { RecordRole, StudyObservationsPage } from "./api.js";
import { importedRuns, tableMark } from "./importedNames.js";
import { observationsMark } from "./observationsMark.js";
import { countsOf, withCounts } from "./runCounts.js";
import type { Served, ServedTable } from "./served.js";

/** What the laws are fitted to, as the files tell it now. */
export const observationsPage = async (served: Served, linesOf: typeof readMetrics): Promise<StudyObservationsPage> =>
  served.kind === "study" ? ofStudy((await served.file.read()).study, linesOf) : ofTable(served);

async function ofStudy(study: StudyFolder, linesOf: typeof readMetrics): Promise<StudyObservationsPage> {
  const states = await readStudyRuns(study, () => {});
  const mark = await observationsMark(study, states);
  const { records, others, convention, dropped, choices, parts } = await studyObservations(study, states, linesOf);
  const holdouts = await toRecords(states, study.study.counting, "holdout", linesOf);
  const roles = new Map(states.map(({ spec }) => [spec.id, spec.role as RecordRole]));
  const counts = new Map(states.map(({ spec }) => [spec.id, countsOf(spec)]));
  return {
    title: study.study.name,
    mark,
    convention,
    records: thinned(records).map((record) => withCounts(record, counts)),
    holdouts: holdouts.records.map((record) => ({
      ...withCounts(record, counts),
      role: roles.get(record.id) ?? "fit",
    })),
    ...(others.length > 0 && { others: others.map(({ curve: _, ...record }) => withCounts(record, counts)) }),
    names: Object.fromEntries(states.map(({ spec }) => [spec.id, spec.name])),
    dropped: [...dropped, ...holdouts.dropped],
    choices,
    parts,
    ...(parts.some(({ law }) => law === "critical-batch")
      ? { batchTokens: Object.fromEntries(states.map(({ spec }) => [spec.id, spec.batch.tokens])) }
      : {}),
  };
}

async function ofTable({ name, path }: ServedTable): Promise<StudyObservationsPage> {
  const mark = await tableMark(path);
  const { records, convention, dropped, lossUnit, warnings, notices } = await readObservations([path]);
  const { names, counts } = await importedRuns(path);
  return {
    title: name,
    mark,
    convention,
    ...(lossUnit === undefined ? {} : { lossUnit }),
    ...(warnings.length > 0 && { warnings }),
    ...(notices.length > 0 && { notices }),
    records: records.map((record) => withCounts(record, counts)),
    holdouts: [],
    names: Object.fromEntries(records.map(({ id }) => [id, names.get(id) ?? id])),
    dropped: dropped.map(({ row, reason }) => ({
      id: String(row),
      name: names.get(String(row)) ?? String(row),
      reason,
    })),
  };
}

/** Points of all curves together; beyond that they would be too many megabytes. */
const MOST_POINTS = 200_000;

/** Curves of a study of many runs, averaged to what a page can take. */
function thinned(records: readonly RunRecord[]): readonly RunRecord[] {
  const points = records.reduce((sum, { curve }) => sum + (curve?.length ?? 0), 0);
  if (points <= MOST_POINTS) return records;
  // A power of two: else every curve would be another one whenever a run has ended.
  const most = 2 ** Math.floor(Math.log2(MOST_POINTS / records.length));
  return records.map((record) => {
    const { curve = [], flops, tokens } = record;
    const few = thinCurve(
      curve.map((point) => ({ progress: point.tokens, loss: point.loss })),
      most,
    );
    return {
      ...record,
      curve: few.map(({ progress, loss }) => ({ tokens: progress, flops: (flops * progress) / tokens, loss })),
    };
  });
}
