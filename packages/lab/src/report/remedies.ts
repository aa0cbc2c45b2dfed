import type { WarningCode } from "@isoflop/laws";

/** What to do about each warning of a fit; docs/warnings.md says the same at more length. */
const ofFits: Readonly<Record<WarningCode, string>> = {
  "few-points": "Train more sizes or budgets; until then read the intervals, not the point.",
  "few-minima": "Add budgets, or widen the profiles whose minimum was left out.",
  "parameter-at-bound": "Add larger budgets before extrapolating far: a loss forecast without a floor is optimistic.",
  "edge-minimum": "Shift or widen the sizes (of isoFLOP profiles design.centre and design.span).",
  "non-convex": "Look at the runs of that budget: usually one is badly tuned, or the range of sizes is too narrow.",
  "narrow-compute-range": "Add a smaller or a larger budget: an exponent needs a decade of compute at the least.",
  "poor-convergence": "Look for outliers and duplicated runs; try `isoflop fit --loss lad`.",
  "mixed-convention": "Count N and C of all runs alike (`counting` in study.yaml, or `--columns`).",
  "bootstrap-failures": "A few are harmless; many mean that the fit hangs on single runs: add runs.",
  "exponents-sum": "N, D and C do not agree with each other: check the columns.",
  "no-frontier": "Train several sizes at each budget.",
  extrapolation: "Train an intermediate budget first, and compare it with the forecast.",
  "collinear-design": "Train the same size on several amounts of data.",
  "skipped-curves": "Record the training loss along each run.",
  "base-excess": "Fit all parameters jointly (`isoflop fit --joint`), or give a base (`--base`).",
  "second-basin": "Read both minima; choose between them by a backtest, and add runs where their forecasts differ.",
  "ill-conditioned": "Vary N and D more widely and independently, or hold a known parameter fixed.",
  "delta-sensitive": "Look at the largest residuals; compare `--loss lad` and `--loss mse`.",
  "budget-sensitive": "Compare the fit without the smallest budgets; trust far forecasts less.",
  "off-centre": "Centre the sizes of that budget on its minimum (design.centre).",
  "wide-profile": "Narrow the sizes of that budget (design.span), or compare Approach 3.",
  "uneven-budgets": "Give a budget column where there is one; otherwise compare Approach 3, which needs no budgets.",
  "duplicate-runs": "Drop the copies.",
  "dependent-rows": "Resample by runs (`--bootstrap-over runs`), or keep one observation a run.",
  "no-intervals": "Train a second seed, or more sizes a budget.",
  "interval-coverage": "Read the interval as what it covered in simulation (docs/coverage.md); add budgets or sizes.",
};

const ofDesigns: Readonly<Record<string, string>> = {
  "design-few-budgets": "Take five or more budgets.",
  "design-narrow": "Spread the budgets, or the runs' compute, over a factor of ten or more.",
  "design-few-steps": "Raise the budgets, or lower hyperparameters.batch.",
  "design-rounding": "Lower hyperparameters.batch, so that whole batches come nearer to the budget.",
  "schedule-mismatch": "Take schedule: cosine, which is as long as each run.",
  "schedule-outlived": "Give a larger hyperparameters.length, or schedule: cosine.",
  "long-warmup": "Take a warm-up that is a part of the run, such as warmup: 5%.",
  "noise-unmeasured": "Raise hyperparameters.batch, or shorten the context.",
  "sweep-no-transfer": "Take parametrisation: mup.",
  "early-stopping-budgets": "Take evaluation.earlyStopping out; a kaplan design has its own.",
  "design-many-epochs": "Add text, or fit by --approach data-constrained (kind: epochs is made for it).",
  "not-converged": "Give that part of the design more tokens.",
  "kaplan-count": "Take counting: { parameters: non-embedding } where Kaplan's constants are to be compared.",
  "holdout-near": "Hold out a budget at least three times the largest one fitted.",
};

/** Of `isoflop next`. */
const ofNextRuns: Readonly<Record<string, string>> = {
  "law-drifts": "Raise --max-run: only runs nearer the target lessen the law's fault.",
  "law-trusted": "Leave --drift out, so that small runs count for less where the law may fail them.",
};

/** Of imported runs. */
const ofImports: Readonly<Record<string, string>> = {
  "unfinished-runs": "Leave them out by --where, or import again once they have ended.",
};

export const remedies: Readonly<Record<string, string>> = { ...ofFits, ...ofDesigns, ...ofNextRuns, ...ofImports };
