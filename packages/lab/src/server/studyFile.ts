import { setTimeout } from "node:timers/promises";
import { isIsoflopError } from "@isoflop/laws/error";
import { readIfThere } from "../runs/folder.js";
import type { StudyFolder } from "../study/folder.js";
import { parseStudy } from "../study/parse.js";
import type { StudyFault } from "./api.js";

/** An editor may have emptied the file, or taken it away, to write it anew: what is broken is looked at once more after so long. */
const SAVING_MS = 200;

/** A study whose study.yaml may be edited while it is shown. */
export interface StudyFile {
  /** The study as its file says now; while that cannot be read, as it last said, with what is wrong. */
  readonly read: () => Promise<{ readonly study: StudyFolder; readonly fault?: StudyFault }>;
}

/** Follows the study.yaml of a study that was opened. It is parsed only when its text is another: the same study is the same object. */
export function followStudy(opened: StudyFolder): StudyFile {
  let last: Awaited<ReturnType<StudyFile["read"]>> = { study: opened };
  let known: string | undefined;
  const asRead = (text: string | undefined): typeof last => {
    const { study } = last;
    if (text === undefined) return { study, fault: { message: `There is no ${opened.file} any more.` } };
    try {
      const now = parseStudy(text, opened.file);
      // Another comment is no other study.
      return JSON.stringify(now) === JSON.stringify(study.study) ? { study } : { study: { ...opened, study: now } };
    } catch (error) {
      if (!isIsoflopError(error)) throw error;
      return { study, fault: { message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) } };
    }
  };
  return {
    read: async () => {
      try {
        let text = await readIfThere(opened.file);
        if (text === undefined || text !== known) {
          let found = asRead(text);
          if (found.fault !== undefined && text !== known) {
            await setTimeout(SAVING_MS);
            text = await readIfThere(opened.file);
            found = asRead(text);
          }
          last = found;
        }
        known = text;
      } catch (error) {
        known = undefined;
        const message = error instanceof Error ? error.message : String(error);
        last = { study: last.study, fault: { message } };
      }
      return last;
    },
  };
}
