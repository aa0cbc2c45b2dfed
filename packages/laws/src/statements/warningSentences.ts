import { designSentences } from "./design.js";
import { fitSentences } from "./fit.js";
import { importSentences } from "./imports.js";
import { partSentences } from "./parts.js";
import { rowSentences } from "./rows.js";

/** Every sentence that a warning may be. */
export const warningSentences = {
  ...fitSentences,
  ...rowSentences,
  ...designSentences,
  ...partSentences,
  ...importSentences,
} as const;

export type WarningSentences = typeof warningSentences;
export type WarningName = keyof WarningSentences;
