import { stat } from "node:fs/promises";
import { join } from "node:path";
import { drawnBacktest } from "@isoflop/figures";
import type { ReportModel } from "../../report/model.js";
import { toRecords } from "../../runs/records.js";
import type { RunState } from "../../runs/status.js";
import { readParts, readStudyRuns } from "../../runs/studyRuns.js";
import { checkDesign } from "../../study/check.js";
import { countedSize } from "../../study/countedSize.js";
import { identifies } from "../../study/designs/identify.js";
import type { StudyFolder } from "../../study/folder.js";
import type { ResolvedRuns } from "../../study/resolve.js";
import type { Study } from "../../study/schema.js";
import { packageVersion } from "../../study/versions.js";
import { fitStudy } from "../fits.js";
import { readForecast, type StudyForecast } from "../forecast.js";
import { studyObservations } from "../studyObservations.js";
import { verifyForecast } from "../verify.js";
import { countingText, machine } from "./machine.js";
import { reportOf } from "./reportOf.js";
import { forecastReport, runRows, seedNoise } from "./tables.js";
import { studyWarnings } from "./warnings.js";

/** The report of a study: what is on disk, half-trained or whole. */
export async function reportOfStudy(study: StudyFolder, command: string): Promise<ReportModel> {
  const { counting, name } = study.study;
  const states = await readStudyRuns(study);
  const observations = await studyObservations(study, states);
  const { records, dropped } = observations;
  const holdouts = await toRecords(states, counting, "holdout");
  const fits =
    observations.records.length + observations.parts.length === 0
      ? { fits: [], skipped: [] }
      : await fitStudy(study.fits, observations);
  const stated = await readForecast(study);
  const verification = stated === undefined ? undefined : await verifyForecast(study, stated);
  const fitSpecs = states.map((state) => state.spec).filter((spec) => spec.role === "fit");
  const forecast = forecastReport(stated, verification, seedNoise(states));
  return reportOf({
    title: name,
    ...(forecast === undefined ? {} : { forecast }),
    fits,
    heldOut: study.study.holdout.budgets,
    isoflop: study.study.design.kind === "isoflop",
    runs: runRows(states, counting),
    warnings: studyWarnings(checkDesign(study.study, fitSpecs), [...dropped, ...holdouts.dropped], stated),
    ...(fitSpecs.length === 0
      ? {}
      : { identifies: identifies(study.study, { runs: fitSpecs, ...(await partsOf(study)) }) }),
    records,
    holdouts: holdouts.records,
    names: new Map(states.map(({ spec }) => [spec.id, spec.name])),
    roles: new Map(states.map(({ spec }) => [spec.id, spec.role])),
    stated,
    backtest: backtestOf(stated),
    flopsPerToken:
      counting.flops === "6N" && counting.parameters === "total"
        ? undefined
        : states
            .map(({ spec }) => ({
              parameters: countedSize(spec, counting),
              flops: spec.flopsPerToken[counting.flops],
            }))
            .sort((a, b) => a.parameters - b.parameters)
            .filter((size, i, all) => size.parameters !== all[i - 1]?.parameters),
    provenance: await provenance(study, states, command),
  });
}

function backtestOf(stated: StudyForecast | undefined) {
  if (stated?.backtests.series === undefined) return undefined;
  const [first] = stated.budgets;
  return drawnBacktest(
    stated.backtests.series,
    stated.approach,
    first === undefined ? undefined : first.budget / stated.largestTrainedBudget,
  );
}

async function partsOf(study: StudyFolder): Promise<Pick<ResolvedRuns, "parts">> {
  const parts = await readParts(study);
  return parts === undefined ? {} : { parts };
}

async function provenance(
  study: StudyFolder,
  states: readonly RunState[],
  command: string,
): Promise<ReportModel["provenance"]> {
  const { counting, data } = study.study;
  const times = async (file: string) =>
    (await Promise.all(states.map((state) => stat(join(state.folder, file)).catch(() => undefined)))).flatMap(
      (entry) => entry?.mtimeMs ?? [],
    );
  const [begun, ended] = [await times("run.json"), await times("result.json")];
  const spec = states[0]?.spec;
  return {
    command,
    ...(begun.length === 0 ? {} : { startedAt: new Date(Math.min(...begun)).toISOString() }),
    ...(ended.length === 0 ? {} : { finishedAt: new Date(Math.max(...ended)).toISOString() }),
    trainingSeconds: states.reduce((sum, state) => sum + (state.result?.wallSeconds ?? 0), 0),
    convention: countingText(counting.flops, counting.parameters),
    corpus: {
      name: spec?.data.corpus ?? data.corpus,
      hash: spec?.data.corpusHash ?? "not prepared yet",
      trainTokens: spec?.data.trainTokens ?? 0,
      validationTokens: spec?.data.validationTokens ?? 0,
    },
    tokenizer: {
      name: spec?.data.tokenizer ?? tokenizerName(data.tokenizer),
      hash: spec?.data.tokenizerHash ?? "not prepared yet",
    },
    versions: { ...spec?.versions, isoflop: packageVersion() },
    machine: machine(),
  };
}

function tokenizerName(choice: Study["data"]["tokenizer"]): string {
  if (choice === "bytes") return choice;
  return "bpe" in choice ? `bpe-${choice.bpe}` : choice.file;
}
