import { stat } from "node:fs/promises";
import { arch, availableParallelism, cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { fitProfile, type IsoflopProfile, type RunRecord } from "@isoflop/laws";
import { fitOfLaw } from "@isoflop/laws/procedures";
import { figureFiles } from "../report/figureFiles.js";
import type { ReportModel } from "../report/model.js";
import { renderReport } from "../report/renderReport.js";
import { writeWhole } from "../runs/folder.js";
import { toRecords } from "../runs/records.js";
import type { RunState } from "../runs/status.js";
import { readParts, readStudyRuns } from "../runs/studyRuns.js";
import { checkDesign } from "../study/check.js";
import { countedSize } from "../study/countedSize.js";
import { identifies } from "../study/designs/identify.js";
import type { StudyFolder } from "../study/folder.js";
import type { ResolvedRuns } from "../study/resolve.js";
import type { Study } from "../study/schema.js";
import { packageVersion } from "../study/versions.js";
import { fitStudy } from "./fits.js";
import { readForecast } from "./forecast.js";
import { figuresOf } from "./reporting/figures.js";
import { budgetRows, fitRows, forecastReport, reportWarnings, runRows, seedNoise } from "./reporting/tables.js";
import { studyObservations } from "./studyObservations.js";
import { verifyForecast } from "./verify.js";

/**
 * Writes report.html, and each of its figures as figures/<name>.svg, from what is on disk; works on a half-trained study
 * too. Returns the report's path.
 */
export async function writeReport(study: StudyFolder, command: string): Promise<string> {
  const path = join(study.folder, "report.html");
  const model = await reportModel(study, command);
  for (const [name, svg] of figureFiles(model)) await writeWhole(join(study.folder, "figures", `${name}.svg`), svg);
  await writeWhole(path, renderReport(model));
  return path;
}

/** All that the report says. */
export async function reportModel(study: StudyFolder, command: string): Promise<ReportModel> {
  const { counting, name } = study.study;
  const states = await readStudyRuns(study);
  const observations = await studyObservations(study, states);
  const { records, dropped } = observations;
  const holdouts = await toRecords(states, counting, "holdout");
  const fits =
    observations.records.length + observations.parts.length === 0
      ? { fits: [], skipped: [] }
      : await fitStudy(study.fits, observations);
  const forecast = await readForecast(study);
  const verification = forecast === undefined ? undefined : await verifyForecast(study, forecast);
  const profiles = fitOfLaw(fits.fits, "isoflop-power-law")?.profiles ?? profilesOf(records);
  const fitSpecs = states.map((state) => state.spec).filter((spec) => spec.role === "fit");
  const report = forecastReport(forecast, verification, seedNoise(states));
  return {
    title: name,
    generatedAt: new Date().toISOString(),
    ...(report === undefined ? {} : { forecast: report }),
    fits: fitRows(fits),
    heldOut: study.study.holdout.budgets,
    isoflop: study.study.design.kind === "isoflop",
    budgets: budgetRows(profiles),
    runs: runRows(states, counting),
    warnings: reportWarnings(fits, checkDesign(study.study, fitSpecs), [...dropped, ...holdouts.dropped], forecast),
    ...(fitSpecs.length === 0
      ? {}
      : { identifies: identifies(study.study, { runs: fitSpecs, ...(await partsOf(study)) }) }),
    figures: figuresOf({
      fits: fits.fits,
      profiles,
      records,
      holdouts: holdouts.records,
      names: new Map(states.map(({ spec }) => [spec.id, spec.name])),
      roles: new Map(states.map(({ spec }) => [spec.id, spec.role])),
      forecast,
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
    }),
    provenance: await provenance(study, states, command),
  };
}

/** The profiles of a design whose minima are too few for Approach 2: shown, and fitted by nothing. */
function profilesOf(records: readonly RunRecord[]): IsoflopProfile[] {
  const budgets = [...new Set(records.flatMap(({ budget }) => budget ?? []))].sort((a, b) => a - b);
  return budgets.map((budget) =>
    fitProfile(
      budget,
      records.filter((record) => record.budget === budget),
    ),
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
    convention: `C by ${counting.flops === "6N" ? "6ND" : counting.flops}, N ${counting.parameters}`,
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
    machine: {
      Processor: `${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? arch()}`,
      Memory: `${Math.round(totalmem() / 1e9)} GB`,
      "Operating system": `${type()} ${release()}`,
    },
  };
}

function tokenizerName(choice: Study["data"]["tokenizer"]): string {
  if (choice === "bytes") return choice;
  return "bpe" in choice ? `bpe-${choice.bpe}` : choice.file;
}
