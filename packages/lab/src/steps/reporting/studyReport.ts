import { stat } from "node:fs/promises";
import { join } from "node:path";
import { drawnBacktest } from "@isoflop/figures";
import { DEFAULT_FITS } from "@isoflop/laws/procedures";
import { checklistOf } from "../../checklist/checklist.js";
import { studyFacts } from "../../checklist/studyFacts.js";
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
import { fitStudy, studyFits } from "../fits.js";
import { readForecast, type StudyForecast } from "../forecast.js";
import { studyObservations } from "../studyObservations.js";
import { judgeForecast, verifyForecast } from "../verify.js";
import { countingText, machine } from "./machine.js";
import { reportOf } from "./reportOf.js";
import { forecastReport, runRows, seedNoise } from "./tables.js";
import { studyWarnings } from "./warnings.js";

/**
 * The report of a study: what is on disk, half-trained or whole.
 * @param keeps whether fits and verification that are made anew are kept in the study's folder
 */
export async function reportOfStudy(study: StudyFolder, command: string, keeps = true): Promise<ReportModel> {
  const { counting, name } = study.study;
  const states = await readStudyRuns(study);
  const observations = await studyObservations(study, states);
  const { records, dropped } = observations;
  const holdouts = await toRecords(states, counting, "holdout");
  const fits =
    observations.records.length + observations.parts.length === 0
      ? { fits: [], skipped: [] }
      : await (keeps ? fitStudy : studyFits)(study.fits, observations);
  const stated = await readForecast(study);
  const verification = stated === undefined ? undefined : await (keeps ? verifyForecast : judgeForecast)(study, stated);
  const fitSpecs = states.map((state) => state.spec).filter((spec) => spec.role === "fit");
  const choices = { ...DEFAULT_FITS, ...observations.choices };
  const forecast = forecastReport(stated, verification, seedNoise(states));
  return reportOf({
    title: name,
    ...(forecast === undefined ? {} : { forecast }),
    fits,
    heldOut: study.study.holdout.budgets,
    isoflop: study.study.design.kind === "isoflop",
    fitted: { records, convention: observations.convention, choices },
    ...(stated?.budgets[0] !== undefined
      ? { answer: { approach: stated.approach, budget: stated.budgets[0].budget } }
      : {}),
    ...(study.study.design.kind === "kaplan"
      ? {
          experiments: {
            rows: observations.parts,
            fitted: fits.parts,
            batchTokens: Object.fromEntries(states.map(({ spec }) => [spec.id, spec.batch.tokens])),
            resamples: choices.resamples,
            seed: choices.seed,
          },
        }
      : {}),
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
    checklist: checklistOf({
      records,
      convention: observations.convention,
      fits,
      choices,
      dropped: dropped.map(({ name: row, reason }) => ({ row, reason })),
      ...studyFacts(study, states, new Set(records.map(({ id }) => id))),
      forecast,
      heldOut: study.study.holdout.budgets,
      optimum: undefined,
      command,
      version: packageVersion(),
    }),
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
