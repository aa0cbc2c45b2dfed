import {
  type CountingConvention,
  createRandom,
  flopsPerToken,
  forecast,
  type NextDesign,
  type NextDesignOptions,
  nextDesign,
  type OptimumIntervals,
  orThrow,
  type ParametricFit,
  type RefitSpread,
  type RunRecord,
  simulateRefits,
} from "@isoflop/laws";
import { DEFAULT_FITS, fitOne } from "@isoflop/laws/procedures";
import { readStudyRuns } from "../runs/studyRuns.js";
import type { StudyFolder } from "../study/folder.js";
import { availableTokens } from "../study/runTotals.js";
import { shapesUpTo } from "../study/shapes.js";

/** What was fitted, which runs to add, and what simulated refits say of that. */
export interface NextRuns extends NextDesign {
  readonly fit: ParametricFit;
  /** What the bootstrap says of the target now, as `isoflop forecast` would; absent where there are too few draws. */
  readonly bootstrap95?: OptimumIntervals;
  /** Spread of refits of simulated runs; absent where none were asked for. */
  readonly simulated?: { readonly before: RefitSpread; readonly after: RefitSpread; readonly grid: RefitSpread };
}

export interface NextChoices {
  readonly design: NextDesignOptions;
  /** Bootstrap resamples of the fit, and its seed. */
  readonly resamples: number;
  readonly seed: number;
  /** Refits of simulated runs; 0 for none. */
  readonly refits: number;
}

/** The runs to add to those there are. Errors: those of Approach 3's fit and of nextDesign. */
export function nextRuns(
  records: readonly RunRecord[],
  convention: CountingConvention,
  { design: options, resamples, seed, refits }: NextChoices,
): NextRuns {
  const [made] = fitOne("3", records, convention, { ...DEFAULT_FITS, resamples, seed });
  const fit = made as ParametricFit;
  const design = orThrow(nextDesign(records, fit, options));
  const { intervals95 } = orThrow(forecast(fit, design.target.flops));
  const answer = { ...design, fit, ...(intervals95 === undefined ? {} : { bootstrap95: intervals95 }) };
  if (refits === 0) return answer;
  const { noise, drift } = design.errors;
  const spread = (runs: NextDesign["runs"]) => {
    const added = runs.flatMap((run) => Array.from({ length: run.seeds }, () => run));
    const random = createRandom(seed);
    return orThrow(simulateRefits(records, added, fit, { target: design.target.flops, noise, drift, refits, random }));
  };
  return {
    ...answer,
    simulated: { before: spread([]), after: spread(design.runs), grid: spread(design.grid.runs) },
  };
}

/**
 * What a study lets be added: the sizes that its family of shapes has, the text that there is for a run that repeats none, its
 * held-out budget for a target, and its own profiles to compare with.
 */
export async function studyLimits(
  opened: StudyFolder,
): Promise<Pick<NextDesignOptions, "target" | "sizes" | "mostTokens" | "grid">> {
  const { study } = opened;
  const { design } = study;
  const [first] = await readStudyRuns(opened);
  const budgets = study.holdout.budgets;
  const common = {
    ...(budgets.length === 0 ? {} : { target: Math.max(...budgets) }),
    ...(design.kind === "isoflop" ? { grid: { sizes: design.sizes, span: design.span } } : {}),
  };
  if (first === undefined) return common;
  const { shape, data } = first.spec;
  const repeats = study.data.repeat ?? data.uniqueSequences !== undefined;
  return {
    ...common,
    ...(repeats ? {} : { mostTokens: availableTokens(first.spec) }),
    sizes: shapesUpTo(LARGEST_SIZE, design.shapes, shape.vocabulary, study.counting.parameters).map((one) => ({
      parameters: one.parameters,
      flopsPerToken: flopsPerToken(one.shape, study.counting.flops),
    })),
  };
}

/** Families are listed up to here, far beyond what a study of this program trains. */
const LARGEST_SIZE = 1e10;
