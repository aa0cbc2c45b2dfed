import { fitErrors } from "./fit.js";
import { rowErrors } from "./rows.js";

/** Every sentence that an error with values may be. */
export const errorSentences = { ...fitErrors, ...rowErrors } as const;

export type ErrorSentences = typeof errorSentences;
export type ErrorName = keyof ErrorSentences;
