import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  type AllocationFit,
  type FitWarning,
  forecast,
  formatFlops,
  type Interval,
  IsoflopError,
  type Optimum,
  type OptimumIntervals,
  orThrow,
  type ParametricFit,
  predictLoss,
  type RunRecord,
} from "@isoflop/laws";
import {
  type ApproachFit,
  type Backtests,
  BESIDE_OPTIMUM,
  backtestApproaches,
  bestByBacktest,
  DEFAULT_FITS,
  type ForecastingApproach,
  fitOfLaw,
  predictBesideOptimum,
  predictsLoss,
  type RunSize,
} from "@isoflop/laws/procedures";
import type { Corpus, RunSpec } from "@isoflop/trainer";
import { z } from "zod";
import { readIfThere, writeJson } from "../runs/folder.js";
import { countedSize } from "../study/countedSize.js";
import { onlyRay } from "../study/designs/ladder.js";
import type { StudyFolder } from "../study/folder.js";
import { canonicalJson } from "../study/identity.js";
import { requireComputeSpan } from "./computeSpan.js";
import type { Fits } from "./fits.js";
import { resolveHoldout } from "./holdout.js";
import { forecastAlongRay } from "./rayForecast.js";
import { recordChoices } from "./studyObservations.js";

/** What is expected of one held-out run. */
export interface RunForecast {
  readonly role: Exclude<RunSpec["role"], "fit">;
  readonly id: string;
  readonly name: string;
  readonly parameters: number;
  readonly tokens: number;
  readonly flops: number;
  /** Validation loss, nats per token. */
  readonly predicted: number;
  /**
   * What predicts it: Approach 2's law for its own optimum, and beside the optimum its loss there times what L(N, D) of Approach
   * 3 makes of the run (stated by earlier versions: L(N, D) alone); L(N, D) for other approaches; a ladder's along its ray.
   */
  readonly law: "isoflop-power-law" | typeof BESIDE_OPTIMUM | "chinchilla" | "loss-frontier";
  /** For the loss of this one run. */
  readonly predictionInterval95?: Interval;
}

/** Laws that say what to train, and the loss along a ladder's ray, which says only what comes of it there. */
export type ForecastingLaw = AllocationFit["law"] | "loss-frontier";

/** What is expected at one held-out budget. */
export interface BudgetForecast {
  readonly budget: number;
  /** By the chosen approach, before rounding to a shape that can be built. */
  readonly optimum: Optimum;
  readonly law: ForecastingLaw;
  readonly intervals95?: Partial<OptimumIntervals>;
  /** What the others would train. Approach 1's loss is a training loss. */
  readonly others: readonly {
    readonly approach: string;
    readonly law: AllocationFit["law"];
    readonly optimum: Optimum;
    readonly intervals95?: OptimumIntervals;
  }[];
  readonly runs: readonly RunForecast[];
  /** Of the forecasts here; absent in forecasts stated by earlier versions. */
  readonly warnings?: readonly (FitWarning & { readonly law: ForecastingLaw })[];
}

/** forecast.json: written once, before any held-out run is trained, and never changed. */
export interface StudyForecast {
  readonly statedAt: string;
  readonly approach: string;
  /** Whether the study named the approach, or its backtest was the better one. */
  readonly chosenBy: "study" | "backtest";
  readonly backtests: Backtests;
  /** Hash of the runs that it was made from. */
  readonly madeFrom: string;
  readonly largestTrainedBudget: number;
  readonly budgets: readonly BudgetForecast[];
}

/**
 * The forecast of a study, stated now or stated before. Errors: forecast-without-fit, forecast-one-budget; forecast-stale (forecast.json was made from other runs: a
 * forecast that changes after the fact is none).
 */
export async function stateForecast(
  study: StudyFolder,
  corpus: Corpus,
  records: readonly RunRecord[],
  { fits, parts }: Fits,
): Promise<StudyForecast> {
  const path = join(study.folder, "forecast.json");
  const { holdout, design, counting } = study.study;
  const content = records.map(({ id, loss }) => ({ id, loss }));
  const madeFrom = createHash("sha256").update(canonicalJson({ content, holdout, counting })).digest("hex");
  const stated = await readForecast(study);
  if (stated !== undefined) {
    if (stated.madeFrom === madeFrom) return stated;
    throw new IsoflopError({
      code: "forecast-stale",
      message: `${path} was made from other runs or for other hold-outs than the study has now.`,
      hint: "Undo the change of study.yaml; or delete forecast.json and the held-out runs, and the forecast is made anew.",
    });
  }
  const ray = onlyRay(design);
  if (ray !== undefined) return writeForecast(path, forecastAlongRay(ray, study, corpus, records, { madeFrom, parts }));
  for (const budget of holdout.budgets) requireComputeSpan(records, budget);
  const backtests = backtestApproaches(records, counting, { ...DEFAULT_FITS, ...recordChoices(design) });
  const approach = holdout.approach === "auto" ? bestByBacktest(backtests) : holdout.approach;
  const made: StudyForecast = {
    statedAt: new Date().toISOString(),
    approach,
    chosenBy: holdout.approach === "auto" ? "backtest" : "study",
    backtests,
    madeFrom,
    // Of a run in a profile the budget, which its FLOPs miss by a rounding.
    largestTrainedBudget: Math.max(...records.map(({ budget, flops }) => budget ?? flops)),
    budgets: holdout.budgets.map((budget) => forecastBudget(budget, approach, study, corpus, fits)),
  };
  return writeForecast(path, made);
}

async function writeForecast(path: string, made: StudyForecast): Promise<StudyForecast> {
  await writeJson(path, made);
  return made;
}

/** forecast.json, where it has been stated. Errors: forecast-damaged. */
export async function readForecast(study: StudyFolder): Promise<StudyForecast | undefined> {
  const path = join(study.folder, "forecast.json");
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    // The schema has what the steps after this one need; the rest is as this program wrote it.
    const stated: unknown = JSON.parse(text);
    statedSchema.parse(stated);
    return stated as StudyForecast;
  } catch (cause) {
    throw new IsoflopError({
      code: "forecast-damaged",
      message: `${path} is damaged or of another version: it holds no whole forecast.`,
      hint: "Put back a copy of the file as it was stated. Without one, delete it and the held-out runs, and a new forecast is stated before they are trained again.",
      exitCode: 1,
      cause,
    });
  }
}

const optimumSchema = z.looseObject({ flops: z.number(), parameters: z.number(), tokens: z.number() });
const intervalSchema = z.tuple([z.number(), z.number()]);
const statedSchema = z.looseObject({
  statedAt: z.string(),
  approach: z.string(),
  chosenBy: z.enum(["study", "backtest"]),
  backtests: z.looseObject({
    tested: z.array(z.looseObject({ approach: z.string(), lossError: z.number(), heldOutBudget: z.number() })),
    untested: z.array(z.looseObject({ approach: z.string(), reason: z.string() })),
  }),
  madeFrom: z.string(),
  budgets: z.array(
    z.looseObject({
      budget: z.number(),
      optimum: optimumSchema,
      law: z.string(),
      others: z.array(z.looseObject({ approach: z.string(), law: z.string(), optimum: optimumSchema })),
      runs: z.array(
        z.looseObject({
          role: z.enum(["holdout-optimum", "holdout-larger"]),
          id: z.string(),
          name: z.string(),
          parameters: z.number(),
          tokens: z.number(),
          flops: z.number(),
          predicted: z.number(),
          law: z.string(),
          predictionInterval95: intervalSchema.optional(),
        }),
      ),
    }),
  ),
});

/** Approach 2 predicts the loss of an optimum by itself; for any other N and D the shape of L(N, D) is needed. */
function predictRun(
  role: RunSpec["role"],
  size: RunSize,
  chosen: AllocationFit,
  losses: ParametricFit,
): Pick<RunForecast, "law"> & { readonly loss: number; readonly interval: Interval | undefined } {
  if (chosen.law === "isoflop-power-law" && role === "holdout-optimum") {
    const { optimum, predictionInterval95: interval } = orThrow(forecast(chosen, size.flops));
    return { loss: optimum.loss ?? Number.NaN, law: chosen.law, interval };
  }
  if (chosen.law === "isoflop-power-law" && predictsLoss(chosen)) {
    const { loss, predictionInterval95: interval } = predictBesideOptimum(chosen, losses, size);
    return { loss, law: BESIDE_OPTIMUM, interval };
  }
  const { loss, predictionInterval95: interval } = orThrow(predictLoss(losses, size.parameters, size.tokens));
  return { loss, law: "chinchilla", interval };
}

function forecastBudget(
  budget: number,
  approach: ForecastingApproach,
  study: StudyFolder,
  corpus: Corpus,
  fits: readonly ApproachFit[],
): BudgetForecast {
  const { counting } = study.study;
  const able = fits.filter(
    (fit): fit is AllocationFit => fit.law !== "kaplan-compute" && fit.law !== "data-constrained",
  );
  const chosen = able.find((fit) => fit.approach === approach);
  const losses = fitOfLaw(fits, "chinchilla");
  if (chosen === undefined || losses === undefined) {
    throw new IsoflopError({
      code: "forecast-without-fit",
      message: `The hold-out at ${formatFlops(budget)} FLOPs is to be forecast by Approach ${approach}, which could not be fitted.`,
      hint: "See `isoflop fit` for the reason; more sizes or budgets usually mend it. Or choose another holdout.approach.",
      exitCode: 1,
    });
  }
  const expected = orThrow(forecast(chosen, budget, { convention: counting }));
  const others = able.filter((fit) => fit !== chosen).map((fit) => ({ fit, expected: orThrow(forecast(fit, budget)) }));
  const specs = resolveHoldout(budget, expected.optimum.parameters, study.study, corpus);
  return {
    budget,
    optimum: expected.optimum,
    law: chosen.law,
    ...(expected.intervals95 === undefined ? {} : { intervals95: expected.intervals95 }),
    others: others.map(({ fit, expected: { optimum, intervals95 } }) => ({
      approach: fit.approach,
      law: fit.law,
      optimum,
      ...(intervals95 === undefined ? {} : { intervals95 }),
    })),
    warnings: [{ fit: chosen, expected }, ...others].flatMap(({ fit: { law }, expected: { warnings } }) =>
      warnings.map(({ code, message }) => ({ code, message, law })),
    ),
    runs: specs.map((spec): RunForecast => {
      const parameters = countedSize(spec, counting);
      const flops = spec.tokens * spec.flopsPerToken[counting.flops];
      const size = { parameters, tokens: spec.tokens, flops };
      const { loss, law, interval } = predictRun(spec.role, size, chosen, losses);
      return {
        role: spec.role === "fit" ? "holdout-optimum" : spec.role,
        id: spec.id,
        name: spec.name,
        ...size,
        predicted: loss,
        law,
        ...(interval === undefined ? {} : { predictionInterval95: interval }),
      };
    }),
  };
}
