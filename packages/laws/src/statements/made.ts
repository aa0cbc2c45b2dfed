import { IsoflopError, type RowFault } from "../error.js";
import type { FitWarning } from "../fit/result.js";
import { type ErrorName, type ErrorSentences, errorSentences, type Refusal } from "./errorSentences.js";
import { codeOf, type StatementValues, type ValuesOf } from "./statement.js";
import { type WarningName, type WarningSentences, warningSentences } from "./warningSentences.js";

/** What a sentence wants: nothing, where it has no values. */
type Wanted<Sentence> = unknown extends ValuesOf<Sentence> ? [] : [values: ValuesOf<Sentence>];

/** A warning, its message made from its values. */
export function warn<Name extends WarningName>(name: Name, ...[values]: Wanted<WarningSentences[Name]>): FitWarning {
  const say = warningSentences[name] as (values: unknown) => string;
  return { code: codeOf(name), message: say(values), statement: { name, values: (values ?? {}) as StatementValues } };
}

/** An error, its message and hint made from its values. */
export function refuse<Name extends ErrorName>(name: Name, ...values: Wanted<ErrorSentences[Name]>): IsoflopError {
  return refuseRows(name, [], ...values);
}

/** The same, with the rows at fault. */
export function refuseRows<Name extends ErrorName>(
  name: Name,
  rows: readonly RowFault[],
  ...[values]: Wanted<ErrorSentences[Name]>
): IsoflopError {
  const say = errorSentences[name] as (values: unknown) => Refusal;
  const statement = { name, values: (values ?? {}) as StatementValues };
  return new IsoflopError({ code: codeOf(name), ...say(values), statement, rows });
}
