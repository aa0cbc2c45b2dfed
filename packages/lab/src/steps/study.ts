import type { IsoflopError } from "@isoflop/laws";
import { freshRecords } from "@isoflop/laws/procedures";
import type { ExecutionOutcome } from "../executors/execution.js";
import { lockStudy } from "../executors/studyLock.js";
import { readStudyRuns } from "../runs/studyRuns.js";
import type { StudyFolder } from "../study/folder.js";
import { prepareDesign } from "./design.js";
import { requireDevice } from "./device.js";
import { divergence, requireRuns } from "./ended.js";
import { type Fits, fitStudy } from "./fits.js";
import { type StudyForecast, stateForecast } from "./forecast.js";
import { holdoutRuns } from "./holdout.js";
import { trainLadder } from "./ladder.js";
import { writeReport } from "./report.js";
import { settleDesign } from "./settle.js";
import { studyObservations } from "./studyObservations.js";
import { type TrainOptions, trainRuns } from "./train.js";
import { type Verification, verifyForecast } from "./verify.js";

export interface StudyOptions extends TrainOptions {
  readonly log: (line: string) => void;
  /** The command line, for the report. */
  readonly command: string;
  readonly cacheRoot?: string;
  /** Told as soon as the fits are there: before the held-out runs are trained. */
  readonly onFits?: (fits: Fits) => void;
  readonly onForecast?: (forecast: StudyForecast) => void;
}

/** What a study came to. */
export interface StudyOutcome {
  readonly ladder: ExecutionOutcome;
  readonly holdout: ExecutionOutcome | undefined;
  readonly fits: Fits;
  readonly forecast: StudyForecast | undefined;
  readonly verification: Verification | undefined;
  readonly report: string;
  /** Set where runs diverged: all else is done and written, but the study is not what was asked for. */
  readonly diverged?: IsoflopError;
}

/**
 * The whole way: train the ladder, fit, state the forecast, train the held-out runs, compare, report. Every step keeps what it made, so that it
 * may be stopped anywhere and started again. Errors: those of the steps; runs-failed when runs were set aside.
 */
export async function runStudy(asked: StudyFolder, options: StudyOptions): Promise<StudyOutcome> {
  const { log } = options;
  await requireDevice(asked);
  const prepared = await prepareDesign(asked, options);
  for (const warning of prepared.warnings) log(`warning (${warning.code}): ${warning.message}`);
  const release = await lockStudy(asked.folder);
  try {
    const { design, outcome: ladder } = await trainLadder("ladder", await settleDesign(prepared, options), options);
    const { study } = design;
    requireRuns(ladder);
    const diverged = await divergence(study, ladder);
    // A few are left out of the fits; with none left there is nothing to go on with.
    if (diverged !== undefined && ladder.done.length === 0) throw diverged;
    const told = diverged === undefined ? {} : { diverged };
    if (diverged !== undefined) log(`warning (${diverged.code}): ${diverged.message}`);
    const observations = await studyObservations(study, await readStudyRuns(study));
    const fits = await fitStudy(study.fits, observations);
    const fresh = freshRecords(observations.records, observations.choices.freshOnly);
    options.onFits?.(fits);
    if (study.study.holdout.budgets.length === 0) {
      const report = await writeReport(study, options.command);
      return { ladder, holdout: undefined, fits, forecast: undefined, verification: undefined, report, ...told };
    }
    const forecast = await stateForecast(study, design.corpus, fresh, fits);
    options.onForecast?.(forecast);
    const holdout = await trainRuns("hold-out", study, holdoutRuns(forecast, study.study, design.corpus), options);
    requireRuns(holdout);
    const verification = await verifyForecast(study, forecast);
    const report = await writeReport(study, options.command);
    const late = await divergence(study, holdout);
    return { ladder, holdout, fits, forecast, verification, report, ...(late ? { diverged: late } : {}), ...told };
  } finally {
    await release();
  }
}
