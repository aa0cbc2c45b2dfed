import { type IsoflopError, isIsoflopError } from "./error.js";

/**
 * What the library's functions give for data that may be bad: the result, or the error as a value. Tell them apart with
 * `isIsoflopError`.
 */
export type Outcome<T> = T | IsoflopError;

/** Runs what throws IsoflopError for bad data, and gives that error back as a value; any other error is thrown on. */
export function attempt<T>(work: () => T): Outcome<T> {
  try {
    return work();
  } catch (error) {
    if (isIsoflopError(error)) return error;
    throw error;
  }
}

/** The result of an outcome. @throws IsoflopError where the outcome is one */
export function orThrow<T>(outcome: Outcome<T>): T {
  if (outcome instanceof Error && isIsoflopError(outcome)) throw outcome;
  return outcome as T;
}
