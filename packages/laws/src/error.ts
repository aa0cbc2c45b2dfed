import type { Statement } from "./statements/statement.js";

/** What an error is made of. */
export interface IsoflopErrorOptions {
  /** Kebab-case, stable, for machines: "corpus-missing", "bad-quantity", … */
  readonly code: string;
  /** What is wrong and where (file, line, column, row). */
  readonly message: string;
  /** What the user can do about it. */
  readonly hint?: string;
  /** 2: the input is bad and nothing was done; 1: the work failed. Default 2. */
  readonly exitCode?: 1 | 2;
  /** The rows at fault, where the error is about data. */
  readonly rows?: readonly RowFault[];
  /** What message and hint say, for other languages: the sentence's name and the values in it. */
  readonly statement?: Statement;
  readonly cause?: unknown;
}

/** One observation that cannot be used. */
export interface RowFault {
  /** Its place among the observations given, counted from 1. */
  readonly row: number;
  readonly reason: string;
}

/** The one error type for what a user can cause: shown as message and hint, without a stack trace. */
export class IsoflopError extends Error {
  override readonly name = "IsoflopError";
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: 1 | 2;
  readonly rows: readonly RowFault[];
  readonly statement: Statement | undefined;

  constructor(options: IsoflopErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? 2;
    this.rows = options.rows ?? [];
    this.statement = options.statement;
  }
}

/** By name rather than instanceof, so that two copies of this package in one process still agree. */
export function isIsoflopError(error: unknown): error is IsoflopError {
  return error instanceof Error && error.name === "IsoflopError" && "code" in error && "exitCode" in error;
}
