import type { CurveUpdate, LiveRun, StudyState } from "../api.js";

/** What is shown of a study: what a listener that joins now must be told. */
export interface Board {
  state: StudyState;
  readonly runs: Map<string, LiveRun>;
  readonly curves: Map<string, number[]>;
}

/** What a look changed of it. */
export interface Changes {
  readonly state?: boolean;
  readonly runs?: readonly string[];
  readonly gone?: readonly string[];
  readonly curves?: readonly CurveUpdate[];
}

/** Looks at the files of a study, again and again. */
export interface Look {
  readonly board: Board;
  /**
   * Brings the board up to date, and tells each change as it is made. Where nobody goes on `watching`, without curves and without a
   * question to Slurm. Errors: those of the file system.
   */
  readonly again: (tell: (changes: Changes) => void, watching: boolean) => Promise<void>;
}
