import { fitErrors } from "./fit.js";
import { profileErrors } from "./profile.js";
import { rowErrors } from "./rows.js";

/** Every sentence that an error with values may be. */
export const errorSentences = { ...fitErrors, ...rowErrors, ...profileErrors } as const;

export type ErrorSentences = typeof errorSentences;
