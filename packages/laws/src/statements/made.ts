import { IsoflopError, type RowFault } from "../error.js";
import type { FitWarning } from "../fit/result.js";
import type { Refusal } from "./refusal.js";
import { codeOf, type Statement, type StatementValues, type ValuesOf } from "./statement.js";

/** What a sentence wants: nothing, where it has no values. */
type Wanted<Sentence> = unknown extends ValuesOf<Sentence> ? [] : [values: ValuesOf<Sentence>];

function said(
  sentences: object,
  name: string,
  values: unknown,
): { readonly code: string; readonly statement: Statement; readonly text: unknown } {
  const say = (sentences as Readonly<Record<string, (values: unknown) => unknown>>)[name]!;
  return { code: codeOf(name), statement: { name, values: (values ?? {}) as StatementValues }, text: say(values) };
}

/** Makes warnings of a catalogue's sentences: the message is made from the values. */
export const warnBy =
  <const Sentences extends object>(sentences: Sentences) =>
  <Name extends keyof Sentences & string>(name: Name, ...[values]: Wanted<Sentences[Name]>): FitWarning => {
    const { code, statement, text } = said(sentences, name, values);
    return { code, message: text as string, statement };
  };

/** Makes errors of a catalogue's sentences, message and hint from the values; with the rows at fault. */
export const refuseBy =
  <const Sentences extends object>(sentences: Sentences) =>
  <Name extends keyof Sentences & string>(
    name: Name,
    ...[values, rows = []]: [...Wanted<Sentences[Name]>, rows?: readonly RowFault[]] | Wanted<Sentences[Name]>
  ): IsoflopError => {
    const { code, statement, text } = said(sentences, name, values);
    return new IsoflopError({ code, statement, rows: rows as readonly RowFault[], ...(text as Refusal) });
  };
