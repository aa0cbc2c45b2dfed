/** One promise of the run contract, and whether a trainer keeps it. */
export interface Check {
  readonly id: string;
  /** What the contract promises, as a sentence. */
  readonly promise: string;
  /** Without it a study cannot be trained, or would be wrong without anyone's knowing. */
  readonly essential: boolean;
  /** Undefined: it could not be tried; `detail` says why. */
  readonly kept: boolean | undefined;
  /** What was seen, where that is not the promise itself. */
  readonly detail?: string;
}

/** What a list of checks is made with. */
export interface Checklist {
  readonly checks: readonly Check[];
  /** Notes whether an essential promise is kept; `detail` is kept only where it is not, or could not be tried. */
  readonly essential: (id: string, promise: string, kept: boolean | undefined, detail?: string) => void;
  readonly optional: (id: string, promise: string, kept: boolean | undefined, detail?: string) => void;
}

export function createChecklist(onCheck: (check: Check) => void): Checklist {
  const checks: Check[] = [];
  const add =
    (essential: boolean) =>
    (id: string, promise: string, kept: boolean | undefined, detail?: string): void => {
      const shown = kept === true || detail === undefined ? {} : { detail };
      const check = { id, promise, essential, kept, ...shown };
      checks.push(check);
      onCheck(check);
    };
  return { checks, essential: add(true), optional: add(false) };
}
