import type { RunRecord } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer/contract";
import type { ReportModel } from "../../report/model.js";
import { toRecords } from "../../runs/records.js";
import type { RunState } from "../../runs/status.js";
import { readStudyRuns } from "../../runs/studyRuns.js";
import { type Fits, fitStudy } from "../../steps/fits.js";
import { reportOfStudy } from "../../steps/reporting/studyReport.js";
import { studyObservations } from "../../steps/studyObservations.js";
import type { StudyFolder } from "../../study/folder.js";
import { shellPath } from "../../study/shellPath.js";
import type { ExportInput, ExportRecord } from "../input.js";
import { namedFits, skippedFits } from "./named.js";
import { studyRun } from "./studyRun.js";

/** A study as it stands, half-trained or whole. `fitted`: the fits that were asked for, instead of the study's own. */
export async function studyInput(study: StudyFolder, path: string, fitted?: Fits): Promise<ExportInput> {
  const { counting, name } = study.study;
  const states = await readStudyRuns(study);
  const observations = await studyObservations(study, states);
  const holdouts = await toRecords(states, counting, "holdout");
  const isEmpty = observations.records.length + observations.parts.length === 0;
  const fits = fitted ?? (isEmpty ? { fits: [], skipped: [] } : await fitStudy(study.fits, observations));
  const specs = new Map(states.map(({ spec }) => [spec.id, spec]));
  const described = (record: RunRecord): ExportRecord => {
    const spec = specs.get(record.id);
    return spec === undefined ? record : { ...record, label: spec.name, origin: originOf(spec) };
  };
  const records = observations.records.map(described);
  const byId = new Map(records.map((record) => [record.id, record]));
  // Made once: figures and the model card both ask for it.
  let made: Promise<ReportModel> | undefined;
  return {
    from: "study",
    title: name,
    sources: [path],
    convention: observations.convention,
    records,
    heldOut: holdouts.records.map(described),
    dropped: [...observations.dropped, ...holdouts.dropped].map(({ id, name, reason }) => ({
      id,
      label: name,
      reason,
    })),
    fits: namedFits(fits),
    skipped: skippedFits(fits),
    notices: [],
    hasRuns: states.length > 0,
    runs: () => runsOf(states, name, byId),
    report: () => {
      made ??= reportOfStudy(study, `isoflop export ${shellPath(path)}`);
      return made;
    },
  };
}

async function* runsOf(states: readonly RunState[], group: string, records: ReadonlyMap<string, ExportRecord>) {
  for (const state of states) yield await studyRun(state, group, records.get(state.spec.id));
}

function originOf({ convention, evaluation }: RunSpec): readonly string[] {
  const early = evaluation.earlyStopping !== undefined;
  return [
    "N: counted from the shape",
    `D: tokens of the steps ${early ? "up to that loss" : "trained"}`,
    `C: ${convention} per token`,
    `loss: ${early ? "least " : ""}validation`,
  ];
}
