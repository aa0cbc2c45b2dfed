/** What the values of a sentence may be: they survive JSON and structured cloning. */
export type StatementValue = number | string | boolean | StatementValues | readonly StatementValue[];

/** The numbers and names of a sentence, by name. */
export interface StatementValues {
  readonly [name: string]: StatementValue | undefined;
}

/**
 * A sentence by its name and what stands in it, so that any language can say it: `name` is a key of the catalogue that the
 * English message was made from, its code or `code/case`.
 */
export interface Statement {
  readonly name: string;
  readonly values: StatementValues;
  /** Where it is said of the base that a data-constrained fit is made upon: how many runs that was fitted to. */
  readonly baseRuns?: number;
}

/** The code that a sentence belongs to. */
export type CodeOf<Name extends string> = Name extends `${infer Code}/${string}` ? Code : Name;

/** The part of a sentence's name that is its code. */
export const codeOf = <Name extends string>(name: Name): CodeOf<Name> => name.split("/", 1)[0] as CodeOf<Name>;

/** Values of the sentence that a function makes. */
export type ValuesOf<Sentence> = Sentence extends (values: infer Values) => unknown ? Values : never;
