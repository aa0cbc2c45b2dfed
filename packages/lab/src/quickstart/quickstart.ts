import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeNew } from "../runs/folder.js";
import { runStudy, type StudyOptions, type StudyOutcome } from "../steps/study.js";
import { openStudy } from "../study/folder.js";
import { quickstartStudy } from "./studyFile.js";

export interface QuickstartOptions extends StudyOptions {
  /** The study's folder; made if need be. A study.yaml that is there is used as it stands. */
  readonly out: string;
  /** The text of a new study.yaml; the State of the Union study unless given. */
  readonly studyText?: string;
}

/** One way through everything on a real text: minutes on two CPU cores, and nothing the second time. */
export async function quickstart(options: QuickstartOptions): Promise<StudyOutcome> {
  const folder = resolve(options.out);
  const file = join(folder, "study.yaml");
  if ((await stat(file).catch(() => undefined)) === undefined) {
    await writeNew(file, options.studyText ?? quickstartStudy());
    options.log(`wrote ${file}`);
  }
  return runStudy(await openStudy(folder), options);
}
