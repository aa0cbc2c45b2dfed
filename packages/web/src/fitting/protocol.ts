import type { CountingConvention, RunRecord } from "@isoflop/laws";
import type { ApproachFit, ApproachName, FitChoices } from "@isoflop/laws/procedures";

/** What a page asks of the worker. Plain data: it is copied. */
export interface FitRequest {
  readonly id: number;
  readonly records: readonly RunRecord[];
  readonly convention: CountingConvention;
  readonly choices: FitChoices;
}

export interface FitAnswer {
  readonly id: number;
  readonly fits: readonly ApproachFit[];
  /** Approaches that the records cannot support. */
  readonly skipped: readonly {
    readonly approach: ApproachName;
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
  }[];
  /** What the fits took, milliseconds. */
  readonly milliseconds: number;
}
